//===- FoldPlan.h - Where a scale-shift can go ----------------------------===//
//
// A scale-shift y = s·x + t disappears when every path away from it, upwards
// from x or downwards from y, ends in something that takes it. A plan is a list
// of what happens to the operators on the way; nothing is changed before a plan
// is complete, so that no scale-shift is left half way, or moved for nothing.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDPLAN_H
#define BNOPT_PASSES_FOLD_FOLDPLAN_H

#include "passes/fold/FoldRemarks.h"
#include "passes/fold/FoldedWeights.h"

#include "llvm/ADT/SetVector.h"

#include <memory>
#include <vector>

namespace bnopt {

/// What a plan leaves to compute, cheapest first.
enum class FoldCost {
  /// Nothing.
  Plain,
  /// Another operator in the place of one: relu becomes a clamp.
  OtherOperator,
  /// The addition of a constant: the shifts at the borders of a padded window,
  /// or of a matrix product, which has no bias.
  Addition,
};

/// The limits of folding.
struct FoldLimits {
  /// The largest `FoldedConstants::bound` with which weights are folded.
  double tolerance;
  /// Elements of a constant that is added, or repeated along features.
  int64_t maxAddendElements;
};

/// Numbers that all ways on from a fork share.
using SharedScaleAndShift = std::shared_ptr<const ScaleAndShift>;

/// What happens to one operator.
struct FoldAction {
  enum class Kind {
    /// The operator takes the scale-shift of its result into `folded`.
    AbsorbBelow,
    /// The operator takes the scale-shift of operand `operand` into `folded`.
    AbsorbAbove,
    /// A constant becomes `folded->weights`.
    ScaleConstant,
    /// A scale-shift takes that of its result, or of its input.
    MergeBelow,
    MergeAbove,
    /// The scale-shift of the result becomes those of `movedOperands`.
    MoveUp,
    /// The scale-shift of `operand` becomes one of the result.
    MoveDown,
  };

  FoldAction(Kind kind, mlir::Operation *op, mlir::Value value,
             SharedScaleAndShift values)
      : kind(kind), op(op), value(value), values(std::move(values)) {}

  Kind kind;
  FoldCost cost = FoldCost::Plain;
  mlir::Operation *op;
  /// The value whose scale-shift this is about: a result of `op`, and one of
  /// its operands where the scale-shift comes from above.
  mlir::Value value;
  /// Upwards, what reads `value`; downwards, the operand that it is.
  mlir::Operation *user = nullptr;
  unsigned operand = 0;
  SharedScaleAndShift values;
  llvm::SmallVector<unsigned> movedOperands;
  /// The absorbing kinds: what the numbers are computed from and for.
  std::optional<ScaleShiftTarget> below;
  std::optional<ScaleShiftTargetAbove> above;
  std::shared_ptr<FoldedConstants> folded;
};

/// A complete plan. Upwards, an operator comes before those that compute its
/// operands; downwards, before its users.
struct FoldPlan {
  std::vector<FoldAction> up, down;
  FoldCost cost = FoldCost::Plain;

  /// Where the scale-shift ends; without an operator if it only passes some.
  FoldEnd getEnd() const;
  /// The identities that it rests on, for the fold report.
  std::string describe() const;
};

/// A scale-shift to be folded: `result` is `values` of `input`, which
/// `consumer` reads; what computes the one from the other is to go.
struct FoldRequest {
  mlir::Value input, result;
  mlir::Operation *consumer;
  ScaleAndShift values;
  /// A plan may cost this much.
  FoldCost maxCost = FoldCost::Addition;
};

/// What looking for a plan has found besides.
struct FoldSearch {
  /// What is in the way above and below.
  FoldObstacle obstacle;
  /// Every operator on which the answer depends.
  llvm::SetVector<mlir::Operation *> visited;
};

/// The cheapest plan for `request`: upwards, downwards, or scale and shift in
/// different directions, in this order where they cost the same.
std::optional<FoldPlan> findFoldPlan(const FoldRequest &request,
                                     const FoldLimits &limits,
                                     FoldSearch &search);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDPLAN_H
