//===- RaiseToBN.h - From elementwise arithmetic to the bn dialect --------===//

#ifndef BNOPT_PASSES_CONVERT_RAISETOBN_H
#define BNOPT_PASSES_CONVERT_RAISETOBN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// Puts `bn.inference` in place of the single result of `op` if that is a batch
/// norm, as BatchNormMatcher.h describes it. Fails, with a reason, where
/// - epsilon is not a constant inside the root,
/// - the parameters do not all vary along the same dimension of x,
/// - mean or variance are computed by a reduction or from x itself: the
///   statistics of a batch are no parameters of the model.
mlir::LogicalResult raiseBatchNorm(mlir::Operation *op,
                                   mlir::PatternRewriter &rewriter);

/// Puts `bn.scale_shift` in place of x·scale + shift, both constants that vary
/// along the same dimension of x.
mlir::LogicalResult raiseScaleShift(mlir::Operation *op,
                                    mlir::PatternRewriter &rewriter);

/// Takes a batch norm, the last that ends in a sum, out of the midst of
/// `loops`, which read it then: what a fusion with an activation leaves.
/// Returns the loops that take the place of `loops`, which nothing uses any
/// more.
mlir::FailureOr<mlir::linalg::GenericOp>
raiseInside(mlir::linalg::GenericOp loops, mlir::PatternRewriter &rewriter);

struct RaisedCounts {
  unsigned batchNorms = 0, scaleShifts = 0;
};

/// Raises batch norms, then scale-shifts, of the operators under `root` for
/// which `isCandidate` holds, outermost first, and erases what nothing uses
/// any more.
void raiseUnder(mlir::Operation *root,
                llvm::function_ref<bool(mlir::Operation *)> isCandidate,
                RaisedCounts &counts);

} // namespace bnopt

#endif // BNOPT_PASSES_CONVERT_RAISETOBN_H
