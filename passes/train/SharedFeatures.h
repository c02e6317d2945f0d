//===- SharedFeatures.h - Features that several normalizations read -------===//

#ifndef BNOPT_PASSES_TRAIN_SHAREDFEATURES_H
#define BNOPT_PASSES_TRAIN_SHAREDFEATURES_H

#include "dialect/NN/NNOps.h"

namespace bnopt {

/// The concatenation along dimension `featureIndex` that `value` is, or null.
nn::ConcatOp getFeatureConcat(mlir::Value value, int64_t featureIndex);

/// Whether operators other than `op` take statistics, along dimension
/// `featureIndex`, of `input`, of a part of it or of a concatenation of one.
bool areStatisticsShared(mlir::Value input, int64_t featureIndex,
                         mlir::Operation *op);

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_SHAREDFEATURES_H
