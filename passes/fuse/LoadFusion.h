//===- LoadFusion.h - What a kernel may compute while it loads ------------===//

#ifndef BNOPT_PASSES_FUSE_LOADFUSION_H
#define BNOPT_PASSES_FUSE_LOADFUSION_H

#include "dialect/NN/NNOps.h"
#include "passes/fuse/KernelGroup.h"
#include "passes/lower/StripModel.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"

namespace bnopt {

/// Whether the operator that reads `use` may compute it while it loads:
/// `load`, elementwise operators of one shape, the last of which makes the
/// value. Padding then happens after `load`, as the model says.
bool canComputeInLoad(mlir::OpOperand &use,
                      llvm::ArrayRef<mlir::Operation *> load);

/// Whether computing `load` again costs less than storing and loading its
/// result: additions, multiplications, comparisons.
bool isCheap(llvm::ArrayRef<mlir::Operation *> load);

/// The same where `reader` computes it again, for which more is cheap if it
/// does a lot with each element.
bool isCheap(llvm::ArrayRef<mlir::Operation *> load, mlir::Operation *reader);

/// What a strip of the result of a convolution reads; how many pixels it has is
/// left to say. A gradient is one convolution if it has no strides.
StripProblem getStripProblem(nn::ConvOp conv);
StripProblem getStripProblem(nn::ConvInputGradientOp gradient);

/// Moves groups of elementwise operators into those that read them, where all
/// that do can compute them in their loads.
void fuseLoads(llvm::SmallVectorImpl<KernelGroup> &groups);

/// Whether `gradient` is one convolution, of stride 1.
bool hasNoStrides(nn::ConvInputGradientOp gradient);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_LOADFUSION_H
