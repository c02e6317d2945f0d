//===- FoldObstacle.h - Why a normalization stays -------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDOBSTACLE_H
#define BNOPT_PASSES_FOLD_FOLDOBSTACLE_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace bnopt {

/// What is in the way of a fold. Of several the first is the one to name: those
/// that a user can do something about come before those of the model's shape.
enum class ObstacleKind {
  /// `--keep-bn`.
  AskedToKeep,
  /// variance + epsilon is not positive, or a parameter is not finite.
  InvalidParameter,
  /// Mean and variance are those of the batch.
  TrainingStatistics,
  /// Mean and variance are computed from each sample.
  ComputedStatistics,
  /// A parameter, weight or bias is known at run time only.
  NonConstantParameter,
  /// `--refreshable`: the fold would not hold for all parameters.
  Refreshable,
  /// Folded weights would be less exact than the tolerance, or not finite.
  Numeric,
  /// The features are not those of the weights.
  AxisMismatch,
  /// A value is read by others, too, who would see it changed.
  MultiUse,
  /// A constant would be larger than the limit.
  SizeLimit,
  /// Parallel branches do not make one convolution.
  BranchMismatch,
  /// The operator beside it takes no scale-shift and lets none pass.
  Operator,
  /// The value comes from the caller or goes there.
  FunctionBoundary,
  /// The search for a plan was given up.
  SearchLimit,
};

/// The name of `kind` in reports: `multi-use`.
llvm::StringRef getObstacleName(ObstacleKind kind);

/// One obstacle, for machines and for people.
struct FoldObstacle {
  ObstacleKind kind = ObstacleKind::Operator;
  std::string text;
};

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDOBSTACLE_H
