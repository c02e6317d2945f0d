//===- FoldPatterns.h - The rewrites of the fold phase --------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDPATTERNS_H
#define BNOPT_PASSES_FOLD_FOLDPATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// `nn.gemm` with constant operands gets alpha = beta = 1 and a bias of one
/// element per column.
void populateNormalizeGemmPatterns(mlir::RewritePatternSet &patterns);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDPATTERNS_H
