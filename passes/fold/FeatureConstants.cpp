//===- FeatureConstants.cpp - Arithmetic with one constant per feature ----===//
//
// x + c, x − c, c − x, x·c and x/c, where c varies along one dimension at most,
// are scale-shifts. Caffe's BatchNorm+Scale, biases written as an addition and
// batch norms spelled out look like this. They are rewritten only below an
// operator that may absorb them: elsewhere the plain form is cheaper.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/ConstantData.h"
#include "passes/fold/FoldPatterns.h"
#include "passes/fold/ScaleAndShift.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "dialect/NN/NNOps.h"

#include <cmath>

using namespace mlir;

namespace bnopt {
namespace {

/// The dimension of `data` along which `constant`, broadcast to it, varies; 1
/// for a constant of one element. None when it varies along several, or when it
/// makes the result larger than `data`.
std::optional<int64_t> getFeatureDim(RankedTensorType data,
                                     RankedTensorType constant) {
  if (constant.getRank() > data.getRank() || data.getRank() < 2)
    return std::nullopt;
  const int64_t missing = data.getRank() - constant.getRank();
  std::optional<int64_t> feature;
  for (int64_t dim = 0; dim < constant.getRank(); ++dim) {
    if (constant.getDimSize(dim) == 1)
      continue;
    if (feature || constant.getDimSize(dim) != data.getDimSize(dim + missing))
      return std::nullopt;
    feature = dim + missing;
  }
  if (!feature && data.isDynamicDim(1))
    return std::nullopt;
  return feature.value_or(1);
}

/// Whether a scale-shift of `value` along `feature` would go into its producer
/// or merge with it.
bool isAbsorbedAbove(Value value, int64_t feature) {
  Operation *producer = value.getDefiningOp();
  if (!producer || !producer->hasOneUse())
    return false;
  const auto isConstant = [](Value operand) {
    return ConstantData::get(operand).has_value();
  };
  if (auto scaleShift = dyn_cast<bn::ScaleShiftOp>(producer))
    return static_cast<int64_t>(scaleShift.getFeatureIndex()) == feature &&
           llvm::all_of(llvm::drop_begin(producer->getOperands()), isConstant);
  if (auto inference = dyn_cast<bn::InferenceOp>(producer))
    return static_cast<int64_t>(inference.getFeatureIndex()) == feature &&
           llvm::all_of(llvm::drop_begin(producer->getOperands()), isConstant);
  auto absorbing = dyn_cast<ScaleShiftOpInterface>(producer);
  if (!absorbing)
    return false;
  std::string reason;
  FailureOr<ScaleShiftTarget> target =
      absorbing.getScaleShiftTargetBelow(feature, reason);
  return succeeded(target) &&
         isConstant(producer->getOperand(target->weightsOperand)) &&
         (!target->bias || isConstant(target->bias));
}

/// `op(x, c)` as {scale, shift}; none where it is not finite.
std::optional<std::pair<double, double>> getScaleShift(Operation *op, double c,
                                                       bool constantFirst) {
  std::pair<double, double> result;
  if (isa<nn::AddOp>(op))
    result = {1, c};
  else if (isa<nn::SubOp>(op))
    result = constantFirst ? std::pair(-1.0, c) : std::pair(1.0, -c);
  else if (isa<nn::MulOp>(op))
    result = {c, 0};
  else if (isa<nn::DivOp>(op) && !constantFirst)
    result = {1 / c, 0};
  else
    return std::nullopt;
  if (!std::isfinite(result.first) || !std::isfinite(result.second))
    return std::nullopt;
  return result;
}

template <typename BinaryOp>
struct FeatureConstantToScaleShift : OpRewritePattern<BinaryOp> {
  using OpRewritePattern<BinaryOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(BinaryOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ConstantData> constant = ConstantData::get(op.getRhs());
    const bool constantFirst = !constant;
    if (constantFirst)
      constant = ConstantData::get(op.getLhs());
    if (!constant)
      return rewriter.notifyMatchFailure(op, "no operand is a constant");
    Value input = constantFirst ? op.getRhs() : op.getLhs();
    if (input.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the constant widens the result");
    const auto feature = getFeatureDim(op.getType(), constant->getType());
    if (!feature)
      return rewriter.notifyMatchFailure(
          op, "the constant varies along several dimensions");
    if (!isAbsorbedAbove(input, *feature))
      return rewriter.notifyMatchFailure(
          op, "the operator above cannot absorb a scale-shift");

    const int64_t numFeatures = op.getType().getDimSize(*feature);
    ScaleAndShift values(numFeatures, *feature);
    for (int64_t c = 0; c < numFeatures; ++c) {
      const double value = (*constant)[constant->getNumElements() == 1 ? 0 : c];
      const auto scaleShift = getScaleShift(op, value, constantFirst);
      if (!scaleShift)
        return rewriter.notifyMatchFailure(op, "not a finite scale-shift");
      std::tie(values.scale[c], values.shift[c]) = *scaleShift;
    }
    rewriter.replaceOp(op,
                       createScaleShift(rewriter, op.getLoc(), input, values));
    return success();
  }
};

} // namespace

void populateFeatureConstantPatterns(RewritePatternSet &patterns) {
  patterns.add<FeatureConstantToScaleShift<nn::AddOp>,
               FeatureConstantToScaleShift<nn::SubOp>,
               FeatureConstantToScaleShift<nn::MulOp>,
               FeatureConstantToScaleShift<nn::DivOp>>(patterns.getContext());
}

} // namespace bnopt
