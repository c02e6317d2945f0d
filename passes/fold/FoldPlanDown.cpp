//===- FoldPlanDown.cpp - Scale-shifts on their way down ------------------===//
//
// The scale-shift of a value goes into everything that reads it. There is one
// way at most at each user, so there are no paths to choose from.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/fold/FoldAttempt.h"
#include "passes/fold/ScaleAndShift.h"

#include "dialect/BN/BNOps.h"

using namespace mlir;

namespace bnopt {

using Kind = FoldAction::Kind;

static FoldAction createDownward(Kind kind, OpOperand &use,
                                 const ScaleAndShift &values) {
  FoldAction action(kind, use.getOwner(), use.get(),
                    std::make_shared<ScaleAndShift>(values));
  action.operand = use.getOperandNumber();
  return action;
}

static FoldObstacle getNoPassObstacle(Operation *op) {
  return {ObstacleKind::Operator, quoteName(op) + " lets no scale-shift pass"};
}

std::optional<FoldAction> FoldAttempt::mergeDown(const DownwardShift &shift,
                                                 OpOperand &use,
                                                 FoldObstacle &obstacle) {
  auto below = cast<bn::ScaleShiftOp>(use.getOwner());
  if (use.getOperandNumber() != 0 ||
      static_cast<int64_t>(below.getFeatureIndex()) !=
          shift.values.featureIndex) {
    obstacle = {ObstacleKind::AxisMismatch,
                "the 'bn.scale_shift' there is along another dimension"};
    return std::nullopt;
  }
  if (isAskedToStay(below)) {
    obstacle = {ObstacleKind::AskedToKeep,
                "the 'bn.scale_shift' there is asked to stay"};
    return std::nullopt;
  }
  const std::optional<ScaleAndShift> values = readScaleAndShift(below);
  if (!values) {
    obstacle = {ObstacleKind::NonConstantParameter,
                "the 'bn.scale_shift' there is not constant"};
    return std::nullopt;
  }
  if (!checkMerged(compose(*values, shift.values), below, obstacle))
    return std::nullopt;
  return createDownward(Kind::MergeAbove, use, shift.values);
}

std::optional<FoldAction> FoldAttempt::absorbAbove(const DownwardShift &shift,
                                                   OpOperand &use,
                                                   FoldObstacle &obstacle) {
  auto op = cast<ScaleShiftOpInterface>(use.getOwner());
  FailureOr<ScaleShiftTargetAbove> target = op.getScaleShiftTargetAbove(
      use.getOperandNumber(), shift.values.featureIndex, obstacle.text);
  if (failed(target)) {
    obstacle.kind =
        getRefusalKind(use.get(), shift.values.featureIndex, [&](int64_t dim) {
          std::string ignored;
          return succeeded(op.getScaleShiftTargetAbove(use.getOperandNumber(),
                                                       dim, ignored));
        });
    return std::nullopt;
  }
  if (!readConstants(op, target->weightsOperand, target->bias,
                     target->resultView.numFeatures(), obstacle))
    return std::nullopt;
  assert(target->inputView.numFeatures() ==
             static_cast<int64_t>(shift.values.numFeatures()) &&
         "the target has the features of the operand");
  if (hasShift(shift.values) && !target->shiftObstacle.empty()) {
    obstacle = {ObstacleKind::Operator, target->shiftObstacle};
    return std::nullopt;
  }
  FoldAction action = createDownward(Kind::AbsorbAbove, use, shift.values);
  if (const int64_t size = getNumAddendElements(*target, shift.values)) {
    if (size > limits.maxAddendElements) {
      obstacle = {ObstacleKind::SizeLimit,
                  "the shifts at the borders of " + quoteName(op) +
                      " would be a constant of " + std::to_string(size) +
                      " elements"};
      return std::nullopt;
    }
    // As for one that comes from below.
    if (!target->takesBias && !hasScale(shift.values)) {
      obstacle = {ObstacleKind::Operator,
                  quoteName(op) + " has no place for a shift"};
      return std::nullopt;
    }
    action.cost = FoldCost::Addition;
  }
  if (!affords(action.cost)) {
    obstacle = {ObstacleKind::Operator, "the shift would become an addition"};
    return std::nullopt;
  }
  action.above = std::move(*target);
  return action;
}

std::optional<FoldAction>
FoldAttempt::stepDown(const DownwardShift &shift, OpOperand &use,
                      std::optional<DownwardShift> &next,
                      FoldObstacle &obstacle) {
  Operation *user = use.getOwner();
  visited.insert(user);
  if (user->hasTrait<OpTrait::IsTerminator>()) {
    obstacle = {ObstacleKind::FunctionBoundary,
                "a result of the function is read"};
    return std::nullopt;
  }
  if (isa<bn::ScaleShiftOp>(user))
    return mergeDown(shift, use, obstacle);
  auto op = dyn_cast<ScaleShiftOpInterface>(user);
  if (!op || user->getNumResults() != 1) {
    obstacle = getNoPassObstacle(user);
    return std::nullopt;
  }
  obstacle = {};
  if (auto absorbed = absorbAbove(shift, use, obstacle))
    return absorbed;
  bool changesOperator = false;
  std::string moveObstacle;
  FailureOr<ScaleAndShift> moved = op.moveScaleShiftDown(
      use.getOperandNumber(), shift.values, changesOperator, moveObstacle);
  if (failed(moved)) {
    // An operator that has weights says what is wrong with them.
    if (obstacle.text.empty())
      obstacle.text =
          moveObstacle.empty() ? getNoPassObstacle(op).text : moveObstacle;
    return std::nullopt;
  }
  FoldAction action = createDownward(Kind::MoveDown, use, shift.values);
  if (changesOperator)
    action.cost = FoldCost::OtherOperator;
  if (!affords(action.cost)) {
    obstacle = {ObstacleKind::Operator,
                quoteName(op) + " would become another operator"};
    return std::nullopt;
  }
  if (!isIdentity(*moved))
    next = DownwardShift{op->getResult(0), std::move(*moved)};
  return action;
}

std::optional<FoldAttempt::Actions>
FoldAttempt::planDown(Value value, const ScaleAndShift &values) {
  Actions actions;
  SmallPtrSet<Operation *, 8> reached;
  SmallVector<DownwardShift> pending = {{value, values}};
  FoldObstacle obstacle;
  while (!pending.empty()) {
    const DownwardShift shift = pending.pop_back_val();
    for (OpOperand &use : shift.value.getUses()) {
      if (!reached.insert(use.getOwner()).second) {
        keepObstacle({ObstacleKind::MultiUse,
                      "it reaches " + quoteName(use.getOwner()) + " twice"},
                     actions.size());
        return std::nullopt;
      }
      if (reached.size() > maxFoldSteps) {
        keepObstacle({ObstacleKind::SearchLimit,
                      "the search ended after " + std::to_string(maxFoldSteps) +
                          " operators"},
                     actions.size());
        return std::nullopt;
      }
      std::optional<DownwardShift> next;
      std::optional<FoldAction> action = stepDown(shift, use, next, obstacle);
      if (!action) {
        keepObstacle(obstacle, actions.size());
        return std::nullopt;
      }
      actions.push_back(std::move(*action));
      if (next)
        pending.push_back(std::move(*next));
    }
  }
  if (failed(computeConstants(actions, obstacle))) {
    keepObstacle(obstacle, actions.size());
    return std::nullopt;
  }
  return actions;
}

} // namespace bnopt
