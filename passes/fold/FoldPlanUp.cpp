//===- FoldPlanUp.cpp - Scale-shifts on their way up ----------------------===//
//
// The scale-shift of a value goes into what computes the value, if nothing else
// reads it. Where there are several ways, each is followed to its end before
// the next; what is decided on a path is copied at the fork, but for the
// numbers.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/fold/FoldAttempt.h"
#include "passes/fold/ScaleAndShift.h"

#include "dialect/BN/BNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace bnopt {

using Kind = FoldAction::Kind;

/// Whether a use of `value` is not one of `operands` of `user`.
static bool hasOtherUse(Value value, Operation *user,
                        ArrayRef<unsigned> operands) {
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    return use.getOwner() != user ||
           !llvm::is_contained(operands, use.getOperandNumber());
  });
}

FoldAction FoldAttempt::createUpward(Kind kind, const UpwardShift &shift) {
  FoldAction action(kind, shift.value.getDefiningOp(), shift.value,
                    shift.values);
  action.user = shift.user;
  return action;
}

std::optional<FoldAttempt::UpwardStep>
FoldAttempt::scaleConstant(const UpwardShift &shift, FoldObstacle &obstacle) {
  const std::optional<ConstantData> data = ConstantData::get(shift.value);
  if (!data) {
    obstacle = {ObstacleKind::NonConstantParameter,
                "a constant's numbers are not known"};
    return std::nullopt;
  }
  const RankedTensorType type = data->getType();
  const int64_t feature = shift.values->featureIndex;
  if (feature >= type.getRank() ||
      (feature >= 0 && type.getDimSize(feature) != 1 &&
       type.getDimSize(feature) !=
           static_cast<int64_t>(shift.values->numFeatures()))) {
    obstacle = {ObstacleKind::AxisMismatch, "a constant has other features"};
    return std::nullopt;
  }
  // Repeated along the features, where it has none.
  const bool repeats = feature < 0 || type.getDimSize(feature) == 1;
  const int64_t size =
      repeats ? type.getNumElements() *
                    static_cast<int64_t>(shift.values->numFeatures())
              : type.getNumElements();
  if (repeats && size > limits.maxAddendElements) {
    obstacle = {ObstacleKind::SizeLimit,
                "a constant repeated along the features would have " +
                    std::to_string(size) + " elements"};
    return std::nullopt;
  }
  return UpwardStep{createUpward(Kind::ScaleConstant, shift), {}};
}

std::optional<FoldAttempt::UpwardStep>
FoldAttempt::mergeUp(const UpwardShift &shift, FoldObstacle &obstacle) {
  auto above = shift.value.getDefiningOp<bn::ScaleShiftOp>();
  if (static_cast<int64_t>(above.getFeatureIndex()) !=
      shift.values->featureIndex) {
    obstacle = {ObstacleKind::AxisMismatch,
                "the 'bn.scale_shift' there is along another dimension"};
    return std::nullopt;
  }
  if (isAskedToStay(above)) {
    obstacle = {ObstacleKind::AskedToKeep,
                "the 'bn.scale_shift' there is asked to stay"};
    return std::nullopt;
  }
  const std::optional<ScaleAndShift> values = readScaleAndShift(above);
  if (!values) {
    obstacle = {ObstacleKind::NonConstantParameter,
                "the 'bn.scale_shift' there is not constant"};
    return std::nullopt;
  }
  if (!checkMerged(compose(*shift.values, *values), above, obstacle))
    return std::nullopt;
  return UpwardStep{createUpward(Kind::MergeBelow, shift), {}};
}

std::optional<FoldAttempt::UpwardStep>
FoldAttempt::absorbBelow(const UpwardShift &shift, FoldObstacle &obstacle) {
  auto op = shift.value.getDefiningOp<ScaleShiftOpInterface>();
  FailureOr<ScaleShiftTarget> target =
      op.getScaleShiftTargetBelow(shift.values->featureIndex, obstacle.text);
  if (failed(target)) {
    obstacle.kind = getRefusalKind(
        shift.value, shift.values->featureIndex, [&](int64_t dim) {
          std::string ignored;
          return succeeded(op.getScaleShiftTargetBelow(dim, ignored));
        });
    return std::nullopt;
  }
  if (!readConstants(op, target->weightsOperand, target->bias,
                     target->view.numFeatures(), obstacle))
    return std::nullopt;
  assert(target->view.numFeatures() ==
             static_cast<int64_t>(shift.values->numFeatures()) &&
         "the target has the features of the result");
  FoldAction action = createUpward(Kind::AbsorbBelow, shift);
  if (!target->takesBias && hasShift(*shift.values)) {
    // The shift stays behind as an addition: nothing gained if there is no
    // more, and nothing that would be found again.
    if (!hasScale(*shift.values)) {
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
  action.below = std::move(*target);
  return UpwardStep{std::move(action), {}};
}

void FoldAttempt::moveUp(const UpwardShift &shift,
                         std::vector<UpwardStep> &steps,
                         FoldObstacle &obstacle) {
  auto op = shift.value.getDefiningOp<ScaleShiftOpInterface>();
  auto moves = op.moveScaleShiftUp(*shift.values, obstacle.text);
  if (failed(moves))
    return;
  for (ScaleShiftMove &move : *moves) {
    UpwardStep step{createUpward(Kind::MoveUp, shift), {}};
    if (move.changesOperator)
      step.action.cost = FoldCost::OtherOperator;
    if (!affords(step.action.cost))
      continue;
    bool agrees = true;
    for (OperandScaleShift &operand : move.operands) {
      if (isIdentity(operand.values))
        continue;
      step.action.movedOperands.push_back(operand.operand);
      Value value = op->getOperand(operand.operand);
      UpwardShift *same = llvm::find_if(
          step.next, [&](UpwardShift &next) { return next.value == value; });
      if (same == step.next.end()) {
        step.next.push_back(
            {value,
             std::make_shared<ScaleAndShift>(std::move(operand.values)),
             op,
             {operand.operand}});
        continue;
      }
      same->operands.push_back(operand.operand);
      agrees &= same->values->scale == operand.values.scale &&
                same->values->shift == operand.values.shift &&
                same->values->featureIndex == operand.values.featureIndex;
    }
    if (agrees)
      steps.push_back(std::move(step));
    else
      obstacle = {ObstacleKind::MultiUse,
                  quoteName(op) +
                      " reads one value twice, and needs it in two forms"};
  }
}

std::vector<FoldAttempt::UpwardStep>
FoldAttempt::stepUp(const UpwardShift &shift, FoldObstacle &obstacle) {
  std::vector<UpwardStep> steps;
  const auto addStep = [&](std::optional<UpwardStep> step) {
    if (step)
      steps.push_back(std::move(*step));
  };
  Operation *op = shift.value.getDefiningOp();
  if (!op) {
    obstacle = {ObstacleKind::FunctionBoundary,
                isa<bn::ScaleShiftOp>(shift.user)
                    ? "'input' is an argument"
                    : quoteName(shift.user) + " reads an argument"};
    return steps;
  }
  visited.insert(op);
  // Constants are copied, others are not, and would be seen changed.
  if (isa<arith::ConstantOp>(op)) {
    addStep(scaleConstant(shift, obstacle));
    return steps;
  }
  if (hasOtherUse(shift.value, shift.user, shift.operands)) {
    obstacle = {ObstacleKind::MultiUse,
                "the result of " + quoteName(op) + " has another use"};
    return steps;
  }
  if (!haveFeaturesOf(*shift.values, shift.value)) {
    obstacle = {ObstacleKind::AxisMismatch,
                "the result of " + quoteName(op) + " broadcasts"};
    return steps;
  }
  if (isa<bn::ScaleShiftOp>(op)) {
    addStep(mergeUp(shift, obstacle));
    return steps;
  }
  if (!isa<ScaleShiftOpInterface>(op) || op->getNumResults() != 1) {
    obstacle = getNoWeightsObstacle(op);
    return steps;
  }
  addStep(absorbBelow(shift, obstacle));
  // An operator that has weights says what is wrong with them, another one why
  // it does not let this scale-shift pass.
  FoldObstacle moveObstacle;
  moveUp(shift, steps, moveObstacle);
  if (obstacle.text.empty())
    obstacle =
        moveObstacle.text.empty() ? getNoWeightsObstacle(op) : moveObstacle;
  return steps;
}

std::optional<FoldAttempt::Actions>
FoldAttempt::planUp(Value value, const ScaleAndShift &values, Operation *user) {
  SmallVector<UpwardPath> paths(1);
  paths.front().pending.push_back(
      {value, std::make_shared<ScaleAndShift>(values), user, {}});
  for (OpOperand &operand : user->getOpOperands())
    if (operand.get() == value)
      paths.front().pending.front().operands.push_back(
          operand.getOperandNumber());
  for (int64_t left = maxFoldSteps; !paths.empty(); --left) {
    UpwardPath path = paths.pop_back_val();
    FoldObstacle obstacle;
    if (path.pending.empty()) {
      if (succeeded(computeConstants(path.actions, obstacle)))
        return std::move(path.actions);
      keepObstacle(obstacle, path.actions.size());
      continue;
    }
    if (left <= 0) {
      keepObstacle({ObstacleKind::SearchLimit,
                    "the search ended after " + std::to_string(maxFoldSteps) +
                        " operators"},
                   path.actions.size());
      return std::nullopt;
    }
    const UpwardShift shift = path.pending.pop_back_val();
    std::vector<UpwardStep> steps = stepUp(shift, obstacle);
    if (steps.empty())
      keepObstacle(obstacle, path.actions.size());
    // The last path is followed first.
    const auto follow = [&](UpwardPath next, UpwardStep &step) {
      next.actions.push_back(std::move(step.action));
      next.pending.append(std::make_move_iterator(step.next.begin()),
                          std::make_move_iterator(step.next.end()));
      paths.push_back(std::move(next));
    };
    if (steps.empty())
      continue;
    for (UpwardStep &step : llvm::reverse(llvm::drop_begin(steps)))
      follow(path, step);
    follow(std::move(path), steps.front());
  }
  return std::nullopt;
}

} // namespace bnopt
