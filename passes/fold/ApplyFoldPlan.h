//===- ApplyFoldPlan.h - Carrying out a plan ------------------------------===//

#ifndef BNOPT_PASSES_FOLD_APPLYFOLDPLAN_H
#define BNOPT_PASSES_FOLD_APPLYFOLDPLAN_H

#include "passes/fold/FoldPlan.h"

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// Rebuilds the operators of `plan` and replaces `request.result`. `chain`,
/// from the input to the result, is what computed it. Constants that nothing
/// reads any more stay.
void applyFoldPlan(mlir::RewriterBase &rewriter, FoldPlan plan,
                   const FoldRequest &request,
                   llvm::ArrayRef<mlir::Operation *> chain);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_APPLYFOLDPLAN_H
