//===- AlgorithmTransposition.h - Which element of what is read -----------===//

#ifndef BNOPT_COMPILER_HALIDE_ALGORITHMTRANSPOSITION_H
#define BNOPT_COMPILER_HALIDE_ALGORITHMTRANSPOSITION_H

#include "compiler/halide/KernelFuncs.h"
#include "compiler/halide/KernelView.h"
#include "dialect/Kernel/KernelOps.h"

namespace bnopt {

/// What `kernel` reads of those `arguments` that have the result's rank, if it
/// is elementwise but for transpositions and reads every argument in one order;
/// else nothing.
std::vector<ElementRead>
describeReads(kernel::FuncOp kernel, const KernelView &view,
              llvm::ArrayRef<Halide::ImageParam> arguments);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ALGORITHMTRANSPOSITION_H
