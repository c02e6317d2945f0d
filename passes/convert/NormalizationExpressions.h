//===- NormalizationExpressions.h - Batch norms that are written out ------===//

#ifndef BNOPT_PASSES_CONVERT_NORMALIZATIONEXPRESSIONS_H
#define BNOPT_PASSES_CONVERT_NORMALIZATIONEXPRESSIONS_H

#include "passes/convert/ElementExpressions.h"

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// Puts `bn.inference` in place of the single result of `op` if that is
///
///   (x − mean)·rsqrt(variance + epsilon)·scale + offset
///
/// in any order of factors and terms, the root as a divisor or not, scale and
/// offset there or not, or x·f + (offset − mean·f) with f = scale·rsqrt(…).
/// Fails, with a reason, where
/// - epsilon is not a constant inside the root,
/// - the parameters do not all vary along the same dimension of x,
/// - mean or variance are computed by a reduction or from x itself: the
///   statistics of a batch are no constants of the model.
mlir::LogicalResult raiseBatchNorm(mlir::Operation *op,
                                   mlir::PatternRewriter &rewriter);

/// Puts `bn.scale_shift` in place of x·scale + shift, both constants that vary
/// along the same dimension of x.
mlir::LogicalResult raiseScaleShift(mlir::Operation *op,
                                    mlir::PatternRewriter &rewriter);

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

#endif // BNOPT_PASSES_CONVERT_NORMALIZATIONEXPRESSIONS_H
