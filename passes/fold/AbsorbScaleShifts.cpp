//===- AbsorbScaleShifts.cpp - Scale and shift into weights ---------------===//
//
// A linear operator y = W·x + b followed by s·y + t, per feature of y, is the
// operator with
//
//   W' = s·W,  b' = s·b + t,
//
// whatever its strides, pads, dilations and groups: the operator itself says
// which weight belongs to which feature. Two scale-shifts in a row are one with
// s = s₂·s₁ and t = s₂·t₁ + t₂; they merge before the result is absorbed, so
// that weights are rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/FoldPatterns.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/FoldedWeights.h"
#include "passes/fold/ScaleAndShift.h"

#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_ABSORBSCALESHIFTSPASS
#include "passes/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Predicates
//===----------------------------------------------------------------------===//

bool hasConstantParameters(bn::ScaleShiftOp op) {
  return ConstantData::get(op.getScale()) && ConstantData::get(op.getShift());
}

/// The scale-shift above `lower` that can merge into it. One with several users
/// stays: it would only be computed several times.
bn::ScaleShiftOp getMergeableAbove(bn::ScaleShiftOp lower) {
  auto upper = lower.getInput().getDefiningOp<bn::ScaleShiftOp>();
  if (!upper || !upper->hasOneUse() ||
      upper.getFeatureIndex() != lower.getFeatureIndex() ||
      !hasConstantParameters(upper) || !hasConstantParameters(lower))
    return {};
  return upper;
}

bool mergesIntoUser(bn::ScaleShiftOp op) {
  if (!op->hasOneUse())
    return false;
  auto user = dyn_cast<bn::ScaleShiftOp>(*op->user_begin());
  return user && getMergeableAbove(user) == op;
}

/// Everything that absorbing needs.
struct Absorption {
  ScaleShiftOpInterface producer;
  ScaleShiftTarget target;
  LinearConstants constants;
  ScaleAndShift values;
};

/// Whether the producer of `op` can absorb it, and where; otherwise `reason`,
/// in the words of the fold report, says what is in the way.
FailureOr<Absorption> matchAbsorption(bn::ScaleShiftOp op,
                                      std::string &reason) {
  std::optional<ScaleAndShift> values = readScaleAndShift(op);
  if (!values) {
    reason = "'scale' or 'shift' is not a constant";
    return failure();
  }
  Operation *above = op.getInput().getDefiningOp();
  if (!above) {
    reason = "'input' is an argument";
    return failure();
  }
  const std::string aboveName =
      "'" + above->getName().getStringRef().str() + "'";
  auto producer = dyn_cast<ScaleShiftOpInterface>(above);
  if (!producer) {
    reason = aboveName + " has no weights that a scale-shift could go into";
    return failure();
  }
  FailureOr<ScaleShiftTarget> target =
      producer.getScaleShiftTargetBelow(op.getFeatureIndex(), reason);
  if (failed(target))
    return failure();
  // Other users would see scaled values.
  if (!above->hasOneUse()) {
    reason = "the result of " + aboveName + " has another use";
    return failure();
  }
  auto weights = ConstantData::get(above->getOperand(target->weightsOperand));
  if (!weights) {
    reason = "the weights of " + aboveName + " are not a constant";
    return failure();
  }
  const int64_t numFeatures = target->view.numFeatures();
  assert(numFeatures == static_cast<int64_t>(values->scale.size()) &&
         "the target has the features of the result");
  std::optional<ConstantData> bias;
  if (target->bias) {
    bias = ConstantData::get(target->bias);
    if (!bias || bias->getNumElements() != numFeatures) {
      reason = "the bias of " + aboveName +
               " is not a constant of one element per feature";
      return failure();
    }
  }
  Type biasElementType = bias ? bias->getType().getElementType()
                              : getElementTypeOrSelf(above->getResult(0));
  return Absorption{
      producer, *target, {*weights, bias, biasElementType}, std::move(*values)};
}

FailureOr<FoldedConstants> computeFoldedConstants(const Absorption &match,
                                                  std::string &reason) {
  return foldBelow(match.constants, match.target.view, match.values,
                   match.producer->getContext(), reason);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

struct MergeScaleShifts : OpRewritePattern<bn::ScaleShiftOp> {
  MergeScaleShifts(MLIRContext *context, AbsorbCounts &counts)
      : OpRewritePattern(context), counts(counts) {}

  LogicalResult matchAndRewrite(bn::ScaleShiftOp lower,
                                PatternRewriter &rewriter) const override {
    bn::ScaleShiftOp upper = getMergeableAbove(lower);
    if (!upper)
      return rewriter.notifyMatchFailure(lower, "no scale-shift to merge with");
    const auto first = readScaleAndShift(upper);
    auto merged = readScaleAndShift(lower);
    for (size_t c = 0; c < merged->scale.size(); ++c) {
      merged->shift[c] += merged->scale[c] * first->shift[c];
      merged->scale[c] *= first->scale[c];
    }
    remarkFolded(lower, upper, "s = s2*s1, t = s2*t1 + t2");

    Location loc = rewriter.getFusedLoc({upper.getLoc(), lower.getLoc()});
    auto result = createScaleShift(rewriter, loc, upper.getInput(), *merged);
    rewriter.replaceOp(lower, result);
    ++counts.merged;
    return success();
  }

  AbsorbCounts &counts;
};

struct AbsorbScaleShift : OpRewritePattern<bn::ScaleShiftOp> {
  AbsorbScaleShift(MLIRContext *context, AbsorbCounts &counts)
      : OpRewritePattern(context), counts(counts) {}

  LogicalResult matchAndRewrite(bn::ScaleShiftOp op,
                                PatternRewriter &rewriter) const override {
    if (mergesIntoUser(op))
      return rewriter.notifyMatchFailure(op, "merges with its user first");
    std::string reason;
    FailureOr<Absorption> match = matchAbsorption(op, reason);
    if (failed(match))
      return rewriter.notifyMatchFailure(op, reason);
    FailureOr<FoldedConstants> folded = computeFoldedConstants(*match, reason);
    if (failed(folded))
      return rewriter.notifyMatchFailure(op, reason);

    Operation *producer = match->producer;
    remarkFolded(op, producer, "W' = s*W, b' = s*b + t");
    rewriter.setInsertionPoint(producer);
    Location loc = producer->getLoc();
    Value weights = std::move(folded->weights).build(rewriter, loc, "weights");
    Value bias = std::move(folded->bias).build(rewriter, loc, "bias");
    Operation *clone =
        match->producer.cloneWithWeights(rewriter, weights, bias);
    rewriter.replaceOp(op, clone->getResults());
    rewriter.eraseOp(producer);
    ++counts.folded;
    return success();
  }

  AbsorbCounts &counts;
};

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Rounds the f64 parameters of a scale-shift that stays to the type of the
/// data, in which it will be computed.
void narrowParameters(bn::ScaleShiftOp op) {
  Type elementType = op.getInput().getType().getElementType();
  OpBuilder builder(op);
  for (OpOperand *operand : {&op.getScaleMutable(), &op.getShiftMutable()}) {
    std::optional<ConstantData> data = ConstantData::get(operand->get());
    if (!data || data->getType().getElementType() == elementType ||
        !data->getType().getElementType().isF64())
      continue;
    ConstantBuffer rounded(data->getType().clone(elementType));
    if (!rounded.fill(0, data->getNumElements(),
                      [&](int64_t index) { return (*data)[index]; }))
      continue;
    Operation *old = operand->get().getDefiningOp();
    operand->set(std::move(rounded).build(
        builder, op.getLoc(),
        operand == &op.getScaleMutable() ? "scale" : "shift"));
    if (old->use_empty())
      old->erase();
  }
}

/// Why `op` is still there once nothing changes any more.
std::string explainKept(bn::ScaleShiftOp op) {
  std::string reason;
  FailureOr<Absorption> match = matchAbsorption(op, reason);
  if (succeeded(match))
    (void)computeFoldedConstants(*match, reason);
  return reason;
}

struct AbsorbScaleShiftsPass
    : impl::AbsorbScaleShiftsPassBase<AbsorbScaleShiftsPass> {
  void runOnOperation() override {
    AbsorbCounts counts;
    RewritePatternSet patterns(&getContext());
    populateAbsorbScaleShiftPatterns(patterns, counts);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    numFolded += counts.folded;
    numMerged += counts.merged;

    getOperation()->walk([&](bn::ScaleShiftOp op) {
      remarkKept(op, explainKept(op));
      narrowParameters(op);
      ++numKept;
    });
  }
};

} // namespace

void populateAbsorbScaleShiftPatterns(RewritePatternSet &patterns,
                                      AbsorbCounts &counts) {
  patterns.add<MergeScaleShifts, AbsorbScaleShift>(patterns.getContext(),
                                                   counts);
}

} // namespace bnopt
