//===- FoldPatterns.h - The rewrites of the fold phase --------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDPATTERNS_H
#define BNOPT_PASSES_FOLD_FOLDPATTERNS_H

#include "mlir/IR/PatternMatch.h"

#include <cstdint>

namespace bnopt {

/// What the absorbing patterns have done.
struct AbsorbCounts {
  int64_t folded = 0;
  int64_t merged = 0;
};

/// `bn.scale_shift` into the weights above it, and into another
/// `bn.scale_shift`. `counts` must outlive the patterns.
void populateAbsorbScaleShiftPatterns(mlir::RewritePatternSet &patterns,
                                      AbsorbCounts &counts);

/// Addition, subtraction, multiplication and division by a constant per
/// feature, below an operator that may absorb them, become `bn.scale_shift`.
void populateFeatureConstantPatterns(mlir::RewritePatternSet &patterns);

/// `nn.gemm` with constant operands gets alpha = beta = 1 and a bias of one
/// element per column.
void populateNormalizeGemmPatterns(mlir::RewritePatternSet &patterns);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDPATTERNS_H
