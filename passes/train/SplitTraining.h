//===- SplitTraining.h - Sweeps of training as operators ------------------===//

#ifndef BNOPT_PASSES_TRAIN_SPLITTRAINING_H
#define BNOPT_PASSES_TRAIN_SPLITTRAINING_H

#include "dialect/BN/BNOps.h"

#include "mlir/IR/PatternMatch.h"

namespace bnopt {

/// Replaces `op` by statistics, in the type they are computed in, a
/// normalization that reads them, which is returned, and casts to the types
/// that `op` had. Inserts them where `rewriter` is.
bn::NormalizeOp splitTraining(mlir::RewriterBase &rewriter, bn::TrainingOp op);

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_SPLITTRAINING_H
