//===- Algorithm.h - Kernels as Halide algorithms -------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_ALGORITHM_H
#define BNOPT_COMPILER_HALIDE_ALGORITHM_H

#include "compiler/halide/KernelFuncs.h"
#include "dialect/Kernel/KernelOps.h"

#include "llvm/Support/Error.h"

namespace bnopt {

/// Whether a kernel may regard dimensions that lie contiguously in memory as
/// one. Code that checks the descriptors of its buffers must not.
enum class DimensionViews { AsGiven, Merged };

/// What `kernel` computes, as Funcs without a schedule. Reads the IR only, so
/// several threads may build kernels of one module. Fails on an operator that
/// has no algorithm.
llvm::Expected<KernelFuncs> buildAlgorithm(kernel::FuncOp kernel,
                                           DimensionViews views);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ALGORITHM_H
