//===- FoldPlan.cpp - Where a scale-shift can go --------------------------===//
//
// s·x + t goes whole, upwards or downwards, or s and t part: s upwards and t
// downwards, or, where no s is 0, y = s·(x + t/s), t/s upwards and s downwards.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/FoldPlan.h"

#include "passes/Normalizations.h"
#include "passes/fold/FoldAttempt.h"
#include "passes/fold/ScaleAndShift.h"

#include "llvm/Support/Format.h"

using namespace mlir;

namespace bnopt {

//===----------------------------------------------------------------------===//
// What all attempts share
//===----------------------------------------------------------------------===//

std::optional<LinearConstants> readConstants(Operation *op,
                                             unsigned weightsOperand,
                                             Value bias, int64_t numFeatures,
                                             FoldObstacle &obstacle) {
  std::optional<ConstantData> weights =
      ConstantData::get(op->getOperand(weightsOperand));
  if (!weights) {
    obstacle = {ObstacleKind::NonConstantParameter,
                "the weights of " + quoteName(op) + " are not a constant"};
    return std::nullopt;
  }
  LinearConstants constants{*weights, std::nullopt,
                            cast<RankedTensorType>(op->getResult(0).getType())};
  if (bias) {
    constants.bias = ConstantData::get(bias);
    if (!constants.bias || constants.bias->getNumElements() != numFeatures) {
      obstacle = {ObstacleKind::NonConstantParameter,
                  "the bias of " + quoteName(op) +
                      " is not a constant of one element per feature"};
      return std::nullopt;
    }
  }
  return constants;
}

bool checkMerged(const ScaleAndShift &merged, Operation *op,
                 FoldObstacle &obstacle) {
  const Type type = getComputeType(getElementTypeOrSelf(op->getResult(0)));
  if (isFiniteIn(merged, type))
    return true;
  obstacle = {ObstacleKind::Numeric,
              "with the " + quoteName(op) + " there it would not be finite"};
  return false;
}

bool haveFeaturesOf(const ScaleAndShift &values, Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType()) &&
         values.featureIndex >= 0 && values.featureIndex < type.getRank() &&
         type.getDimSize(values.featureIndex) ==
             static_cast<int64_t>(values.numFeatures());
}

ObstacleKind getRefusalKind(Value value, int64_t featureIndex,
                            llvm::function_ref<bool(int64_t)> accepts) {
  const int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
  for (int64_t dim = 0; dim < rank; ++dim)
    if (dim != featureIndex && accepts(dim))
      return ObstacleKind::AxisMismatch;
  return ObstacleKind::Operator;
}

bool FoldAttempt::affords(FoldCost cost) {
  if (cost <= maxCost)
    return true;
  limitedByCost = true;
  return false;
}

void FoldAttempt::keepObstacle(const FoldObstacle &obstacle, size_t depth) {
  if (farthestDepth && *farthestDepth >= depth)
    return;
  farthest = obstacle;
  farthestDepth = depth;
}

/// Folds what `action` absorbs; fails with `reason`. The constants are there.
static FailureOr<FoldedConstants> computeFolded(const FoldAction &action,
                                                std::string &reason) {
  MLIRContext *context = action.op->getContext();
  FoldObstacle none;
  if (action.kind == FoldAction::Kind::ScaleConstant)
    return foldConstant(*ConstantData::get(action.value), *action.values,
                        reason);
  if (action.below) {
    auto constants = readConstants(action.op, action.below->weightsOperand,
                                   action.below->bias,
                                   action.below->view.numFeatures(), none);
    return foldBelow(*constants, *action.below, *action.values, context,
                     reason);
  }
  auto constants =
      readConstants(action.op, action.above->weightsOperand, action.above->bias,
                    action.above->resultView.numFeatures(), none);
  return foldAbove(*constants, *action.above, *action.values, context, reason);
}

static bool hasConstants(const FoldAction &action) {
  return action.below || action.above ||
         action.kind == FoldAction::Kind::ScaleConstant;
}

LogicalResult FoldAttempt::computeConstants(Actions &actions,
                                            FoldObstacle &obstacle) {
  for (FoldAction &action : actions) {
    if (!hasConstants(action))
      continue;
    std::string reason;
    FailureOr<FoldedConstants> folded = computeFolded(action, reason);
    if (failed(folded)) {
      obstacle = {ObstacleKind::Numeric,
                  reason + " in " + quoteName(action.op)};
      return failure();
    }
    // A bound that is not a number is no bound.
    if (!(folded->bound <= limits.tolerance)) {
      llvm::raw_string_ostream(reason)
          << "rounding the folded weights of " << quoteName(action.op) << " to "
          << folded->weights.getType().getElementType()
          << " may change results by "
          << llvm::format(
                 "%.1e of their terms, more than the tolerance of %.1e",
                 folded->bound, limits.tolerance);
      obstacle = {ObstacleKind::Numeric, reason};
      return failure();
    }
    action.folded = std::make_shared<FoldedConstants>(std::move(*folded));
  }
  return success();
}

FoldEnd FoldPlan::getEnd() const {
  using Kind = FoldAction::Kind;
  FoldEnd end;
  for (const auto *actions : {&up, &down})
    for (const FoldAction &action : *actions) {
      if (action.kind == Kind::MoveUp || action.kind == Kind::MoveDown)
        continue;
      end.op = action.op;
      for (std::string &node : getNodeNames(action.op->getLoc()))
        if (!llvm::is_contained(end.nodes, node))
          end.nodes.push_back(std::move(node));
      if (action.folded)
        end.bound = std::max(end.bound, action.folded->bound);
    }
  return end;
}

static void describeActions(llvm::raw_ostream &stream,
                            ArrayRef<FoldAction> actions) {
  using Kind = FoldAction::Kind;
  bool moves = false;
  for (const FoldAction &action : actions)
    if (action.kind == Kind::MoveUp || action.kind == Kind::MoveDown) {
      stream << (moves ? ", " : "through ")
             << action.op->getName().getStringRef();
      moves = true;
    }
  // One rule, however many operators it applies to.
  llvm::SetVector<StringRef> rules;
  for (const FoldAction &action : actions) {
    switch (action.kind) {
    case Kind::AbsorbBelow:
      rules.insert(action.cost == FoldCost::Addition
                       ? "W' = s*W, then + t"
                       : "W' = s*W, b' = s*b + t");
      break;
    case Kind::AbsorbAbove:
      rules.insert(action.cost == FoldCost::Addition
                       ? "W' = W*s, then + sum W*t at each position"
                       : "W' = W*s, b' = b + sum W*t");
      break;
    case Kind::MergeBelow:
    case Kind::MergeAbove:
      rules.insert("s = s2*s1, t = s2*t1 + t2");
      break;
    case Kind::ScaleConstant:
      rules.insert("c' = s*c + t");
      break;
    case Kind::MoveUp:
    case Kind::MoveDown:
      break;
    }
  }
  if (moves && !rules.empty())
    stream << ": ";
  llvm::interleave(rules, stream, "; ");
}

std::string FoldPlan::describe() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  describeActions(stream, up);
  if (!up.empty() && !down.empty())
    stream << " above; below ";
  describeActions(stream, down);
  return text;
}

//===----------------------------------------------------------------------===//
// All directions
//===----------------------------------------------------------------------===//

namespace {

/// The attempts at one cost.
class Planner {
public:
  Planner(const FoldRequest &request, const FoldLimits &limits,
          FoldCost maxCost, FoldSearch &search)
      : request(request), limits(limits), maxCost(maxCost), search(search) {}

  std::optional<FoldPlan> plan() {
    FoldObstacle above, below;
    if (auto whole = planWith(&request.values, nullptr, above))
      return whole;
    if (auto whole = planWith(nullptr, &request.values, below))
      return whole;
    search.obstacle = {std::min(above.kind, below.kind),
                       "above, " + above.text + "; below, " + below.text};
    return planApart();
  }

  bool isLimitedByCost() const { return limitedByCost; }

private:
  /// Lets `up` go upwards and `down` downwards, where given.
  std::optional<FoldPlan> planWith(const ScaleAndShift *up,
                                   const ScaleAndShift *down,
                                   FoldObstacle &obstacle) {
    FoldPlan plan;
    const auto tryDirection = [&](auto planDirection,
                                  FoldAttempt::Actions &actions) {
      FoldAttempt attempt(limits, maxCost, search.visited);
      auto found = planDirection(attempt);
      limitedByCost |= attempt.isLimitedByCost();
      obstacle = attempt.getObstacle();
      if (!found)
        return false;
      for (const FoldAction &action : *found)
        plan.cost = std::max(plan.cost, action.cost);
      actions = std::move(*found);
      return true;
    };
    if (up && !tryDirection(
                  [&](FoldAttempt &attempt) {
                    return attempt.planUp(request.input, *up, request.consumer);
                  },
                  plan.up))
      return std::nullopt;
    if (down && !tryDirection(
                    [&](FoldAttempt &attempt) {
                      return attempt.planDown(request.result, *down);
                    },
                    plan.down))
      return std::nullopt;
    return plan;
  }

  std::optional<FoldPlan> planApart() {
    if (!hasScale(request.values) || !hasShift(request.values))
      return std::nullopt;
    FoldObstacle obstacle;
    const ScaleAndShift scale = takeScale(request.values);
    ScaleAndShift shift = takeShift(request.values);
    if (auto parted = planWith(&scale, &shift, obstacle))
      return parted;
    for (size_t c = 0; c < shift.numFeatures(); ++c) {
      if (scale.scale[c] == 0)
        return std::nullopt;
      shift.shift[c] /= scale.scale[c];
      if (!std::isfinite(shift.shift[c]))
        return std::nullopt;
    }
    return planWith(&shift, &scale, obstacle);
  }

  const FoldRequest &request;
  const FoldLimits &limits;
  const FoldCost maxCost;
  FoldSearch &search;
  bool limitedByCost = false;
};

} // namespace

std::optional<FoldPlan> findFoldPlan(const FoldRequest &request,
                                     const FoldLimits &limits,
                                     FoldSearch &search) {
  for (FoldCost cost :
       {FoldCost::Plain, FoldCost::OtherOperator, FoldCost::Addition}) {
    if (cost > request.maxCost)
      break;
    Planner planner(request, limits, cost, search);
    if (auto plan = planner.plan())
      return plan;
    if (!planner.isLimitedByCost())
      break;
  }
  return std::nullopt;
}

} // namespace bnopt
