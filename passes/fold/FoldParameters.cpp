//===- FoldParameters.cpp - Folding that holds for any parameters ---------===//
//
// Where parameters may be refreshed, nothing may depend on their numbers, and
// every constant needs a recipe that makes it of others. So there are two rules
// only, which hold for all numbers: affine maps of features in a row are one,
//
//   s = s₂·s₁,  t = s₂·t₁ + t₂,
//
// and a linear operator absorbs the one below it: W' = s·W, b' = s·b + t. What
// is left is rounded to f32, in which kernels compute it.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/DeadOperators.h"
#include "passes/fold/FeatureConstants.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/FoldedWeights.h"
#include "passes/fold/Recipes.h"

#include "mlir/IR/PatternMatch.h"

#include "llvm/Support/Format.h"

#include <cmath>

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_FOLDPARAMETERSPASS
#include "passes/Passes.h.inc"

namespace {

/// Affine maps in a row, each the only user of the one before.
struct AffineChain {
  SmallVector<Operation *> ops;
  AffineSteps steps;
};

std::optional<AffineChain> readChain(Operation *first) {
  std::optional<AffineSteps> steps = readAffineSteps(first);
  if (!steps)
    return std::nullopt;
  AffineChain chain{{first}, std::move(*steps)};
  while (chain.ops.back()->hasOneUse()) {
    Operation *user = *chain.ops.back()->user_begin();
    std::optional<AffineSteps> next = readAffineSteps(user);
    if (!next || next->input != chain.ops.back()->getResult(0) ||
        next->values.featureIndex != chain.steps.values.featureIndex)
      break;
    chain.steps = appendSteps(std::move(chain.steps), *next);
    chain.ops.push_back(user);
  }
  return chain;
}

/// What a linear operator absorbs with: where, and its initial numbers.
struct Absorber {
  ScaleShiftOpInterface op;
  ScaleShiftTarget target;
  Value weights;
  LinearConstants constants;
};

/// What rounding to f32 costs at most, whatever the numbers
/// (`FoldedConstants::bound`).
constexpr double f32Bound = 0x1p-24;

/// The operator above `chain` that takes it; none if there is none, and
/// `obstacle` says why.
std::optional<Absorber> findAbsorber(const AffineChain &chain, double tolerance,
                                     std::string &obstacle) {
  auto op = chain.steps.input.getDefiningOp<ScaleShiftOpInterface>();
  if (!op) {
    obstacle = "no operator with weights stands above";
    return std::nullopt;
  }
  const std::string name = quoteName(op);
  auto target =
      op.getScaleShiftTargetBelow(chain.steps.values.featureIndex, obstacle);
  if (failed(target)) {
    if (obstacle.empty())
      obstacle = getNoWeightsObstacle(op).text;
    return std::nullopt;
  }
  if (!chain.steps.input.hasOneUse()) {
    obstacle = "the result of " + name + " has another use";
    return std::nullopt;
  }
  // A bound that is not a number is no bound.
  if (!(f32Bound <= tolerance)) {
    llvm::raw_string_ostream(obstacle)
        << "rounding the folded weights of " << name
        << llvm::format(" may change results by %.1e of their terms, more than "
                        "the tolerance of %.1e",
                        f32Bound, tolerance);
    return std::nullopt;
  }
  if (!target->takesBias && chain.steps.mayShift) {
    obstacle = name + " has no place for a shift";
    return std::nullopt;
  }
  Value weights = op->getOperand(target->weightsOperand);
  auto data = ConstantData::getInitial(weights);
  if (!data || !isRecipeOperand(weights) ||
      !data->getType().getElementType().isF32()) {
    obstacle = "the weights of " + name + " are no f32 parameter";
    return std::nullopt;
  }
  Absorber absorber{op,
                    *target,
                    weights,
                    {*data, std::nullopt,
                     cast<RankedTensorType>(op->getResult(0).getType())}};
  if (!target->bias)
    return absorber;
  absorber.constants.bias = ConstantData::getInitial(target->bias);
  if (!isRecipeOperand(target->bias) || !absorber.constants.bias ||
      absorber.constants.bias->getNumElements() != target->view.numFeatures()) {
    obstacle =
        "the bias of " + name + " is no parameter of one element per feature";
    return std::nullopt;
  }
  return absorber;
}

bool isRefreshable(const AffineChain &chain, const Absorber &absorber) {
  return chain.steps.isRefreshable || getRecipe(absorber.weights) ||
         (absorber.target.bias && getRecipe(absorber.target.bias));
}

/// A bias for shifts that happen to be zero.
void addMissingBias(const Absorber &absorber, const ScaleAndShift &values,
                    FoldedConstants &folded) {
  ConstantBuffer &bias = folded.bias.emplace(
      RankedTensorType::get({absorber.target.view.numFeatures()},
                            absorber.constants.getBiasElementType()));
  bias.fill(0, absorber.target.view.numFeatures(), [&](int64_t feature) {
    // A refresh adds to the product with a bias of 0: signs of zero.
    return values.scale[feature] * 0.0 + values.shift[feature];
  });
}

/// Replaces `chain` and the operator above it by that operator with weights and
/// bias that have absorbed it.
LogicalResult absorb(const AffineChain &chain, Absorber &absorber) {
  const AffineSteps &steps = chain.steps;
  Operation *op = absorber.op;
  std::string reason;
  FailureOr<FoldedConstants> folded =
      foldBelow(absorber.constants, absorber.target, steps.values,
                op->getContext(), reason);
  if (failed(folded))
    return op->emitOpError() << "cannot take in its normalization: " << reason;
  if (steps.mayShift && !folded->bias)
    addMissingBias(absorber, steps.values, *folded);

  MLIRContext *context = op->getContext();
  OpBuilder builder(op);
  const FeatureView &view = absorber.target.view;
  auto weightsRecipe = bn::RecipeAttr::get(
      context, bn::RecipeRole::Weights, getRecipeOperand(absorber.weights),
      steps.steps, {view.groups, view.outer, view.featuresPerGroup, view.inner},
      {});
  Value weights = std::move(folded->weights)
                      .build(builder, op->getLoc(), "weights", weightsRecipe);
  Value bias;
  if (folded->bias) {
    Attribute operand = absorber.target.bias
                            ? getRecipeOperand(absorber.target.bias)
                            : Attribute();
    auto recipe = bn::RecipeAttr::get(context, bn::RecipeRole::Bias, operand,
                                      steps.steps, {}, {});
    bias =
        std::move(*folded->bias).build(builder, op->getLoc(), "bias", recipe);
  }
  Operation *clone = absorber.op.cloneWithWeights(builder, weights, bias);
  const FoldEnd end{op, getNodeNames(op->getLoc()), folded->bound};
  for (Operation *step : chain.ops)
    remarkFolded(step, end, "W' = s*W, b' = s*b + t, again at every refresh");
  chain.ops.back()->getResult(0).replaceAllUsesWith(clone->getResult(0));
  eraseIfDead(chain.ops.back());
  return success();
}

/// Makes one scale-shift of `chain`, with f32 parameters. A lone addition or
/// multiplication stays what it is.
LogicalResult mergeChain(const AffineChain &chain, StringRef obstacle) {
  const bool hasScaleShift =
      llvm::any_of(chain.ops, llvm::IsaPred<bn::ScaleShiftOp>);
  if (!chain.steps.isRefreshable || !hasScaleShift)
    return success();
  const FoldObstacle reason = {
      ObstacleKind::Refreshable,
      ("its parameters may be refreshed, and " + obstacle).str()};
  Operation *last = chain.ops.back();
  OpBuilder builder(last);
  std::string problem;
  if (!isFiniteIn(chain.steps.values, builder.getF32Type(), &problem))
    return last->emitOpError(problem);
  auto merged = createScaleShift(builder, getFusedLoc(builder, chain.ops),
                                 chain.steps, builder.getF32Type());
  for (Operation *op : ArrayRef(chain.ops).drop_front())
    remarkFolded(op, {merged, getNodeNames(chain.ops.front()->getLoc())},
                 "s = s2*s1, t = s2*t1 + t2");
  remarkKept(merged, reason);
  last->getResult(0).replaceAllUsesWith(merged.getResult());
  eraseIfDead(last);
  return success();
}

bool hasRecipes(func::FuncOp function) {
  WalkResult walked = function.walk([](arith::ConstantOp constant) {
    return getRecipe(constant) ? WalkResult::interrupt()
                               : WalkResult::advance();
  });
  return walked.wasInterrupted();
}

struct FoldParametersPass : impl::FoldParametersPassBase<FoldParametersPass> {
  using FoldParametersPassBase::FoldParametersPassBase;

  void runOnOperation() override {
    if (!hasRecipes(getOperation()))
      return;
    // Operators that are built go before the one that is looked at.
    SmallVector<Operation *> candidates;
    DenseSet<Operation *> inChains;
    getOperation()->walk([&](Operation *op) {
      if (mayBeFeatureAffine(op))
        candidates.push_back(op);
    });
    for (Operation *op : candidates) {
      if (inChains.contains(op))
        continue;
      std::optional<AffineChain> chain = readChain(op);
      if (!chain)
        continue;
      inChains.insert(chain->ops.begin(), chain->ops.end());
      std::string obstacle;
      std::optional<Absorber> absorber =
          findAbsorber(*chain, tolerance, obstacle);
      if (!absorber) {
        if (failed(mergeChain(*chain, obstacle)))
          return signalPassFailure();
        continue;
      }
      if (!isRefreshable(*chain, *absorber))
        continue;
      if (failed(absorb(*chain, *absorber)))
        return signalPassFailure();
      numFolded += chain->ops.size();
    }
  }
};

} // namespace
} // namespace bnopt
