//===- LoweredChecks.h - What generated code must not do ------------------===//

#ifndef BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H
#define BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H

#include "compiler/halide/KernelFuncs.h"

#include "llvm/Support/Error.h"

namespace bnopt {

/// Proves that the functions of `module`, which is `kernel` lowered with
/// assertions, may run without them and without a heap:
/// - every assertion about the bounds of what is read, written or computed
///   holds for buffers of the kernel's layouts;
/// - every allocation has a constant size that fits the stack.
llvm::Error checkLowered(const Halide::Module &module,
                         const KernelFuncs &kernel);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_LOWEREDCHECKS_H
