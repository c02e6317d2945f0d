//===- BNAdjoints.cpp - Adjoints of normalizations ------------------------===//
//
// Normalization by given statistics is affine:
//
//   dx = scale/√(variance + epsilon)·dy,  dScale = Σ dy·x̂,  dOffset = Σ dy
//
// where dx is the operator itself on dy with a mean and an offset of zero.
//
//===----------------------------------------------------------------------===//

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNAdjointBuilder.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::bn;

using nn::AdjointBuilder;

/// A vector like `vector` with the same number everywhere.
static Value splatLike(AdjointBuilder &b, Value vector, double value) {
  return createSplat(b.getBuilder(), b.getLoc(),
                     cast<RankedTensorType>(vector.getType()), value);
}

/// Elements per feature.
static double getCount(Value input, int64_t featureIndex) {
  double count = 1;
  const ArrayRef<int64_t> shape =
      cast<RankedTensorType>(input.getType()).getShape();
  for (auto [dim, size] : llvm::enumerate(shape))
    if (static_cast<int64_t>(dim) != featureIndex)
      count *= static_cast<double>(size);
  return count;
}

/// Puts each value into the place of its operand, where that is needed.
static Gradients select(const AdjointRequest &request, ArrayRef<Value> values) {
  Gradients gradients = request.makeGradients();
  for (auto [index, value] : llvm::enumerate(values))
    if (request.isNeeded(index))
      gradients[index] = value;
  return gradients;
}

//===----------------------------------------------------------------------===//
// Given statistics
//===----------------------------------------------------------------------===//

/// dScale and dOffset, where one is needed, of an operator that normalizes
/// operand 0 by `mean` and `variance`, scaled and shifted by operands 1 and 2.
template <typename Op>
static LogicalResult addSums(Op op, AdjointBuilder &b,
                             const AdjointRequest &request, Value mean,
                             Value variance, Value meanRest, double epsilon,
                             Gradients &gradients, std::string &reason) {
  if (!request.isNeeded(1) && !request.isNeeded(2))
    return success();
  for (unsigned operand : {1, 2})
    if (getElementTypeOrSelf(op->getOperand(operand)) !=
        getElementTypeOrSelf(mean)) {
      reason = "parameters and statistics are of several types";
      return failure();
    }
  auto sums = GradientStatisticsOp::create(
      b.getBuilder(), b.getLoc(), op.getInput(), mean, variance,
      request.getOutput(), meanRest, b.getBuilder().getF64FloatAttr(epsilon),
      op.getFeatureIndexAttr());
  if (request.isNeeded(1))
    gradients[1] = sums.getScaleGradient();
  if (request.isNeeded(2))
    gradients[2] = sums.getOffsetGradient();
  return success();
}

// Means and variances of inference are what training has left behind.
bool InferenceOp::passesGradient(unsigned operand) { return operand < 3; }

FailureOr<Gradients> InferenceOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &reason) {
  AdjointBuilder b(builder, *this);
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.create<InferenceOp>(
        getType(), request.getOutput(), getScale(),
        splatLike(b, getOffset(), 0), splatLike(b, getMean(), 0), getVariance(),
        getEpsilonAttr(), getFeatureIndexAttr());
  if (failed(addSums(*this, b, request, getMean(), getVariance(), Value(),
                     getEpsilon().convertToDouble(), gradients, reason)))
    return failure();
  return gradients;
}

FailureOr<Gradients> ScaleShiftOp::buildAdjoint(OpBuilder &builder,
                                                const AdjointRequest &request,
                                                std::string &reason) {
  AdjointBuilder b(builder, *this);
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.create<ScaleShiftOp>(
        getType(), request.getOutput(), getScale(), splatLike(b, getShift(), 0),
        getFeatureIndexAttr());
  // x is x̂ by a mean of 0 and a variance of 1.
  if (failed(addSums(*this, b, request, splatLike(b, getScale(), 0),
                     splatLike(b, getScale(), 1), Value(), 0, gradients,
                     reason)))
    return failure();
  return gradients;
}

//===----------------------------------------------------------------------===//
// Computed statistics
//===----------------------------------------------------------------------===//

/// The adjoint of mean and population variance, dMean/n + dVariance·2(x −
/// mean)/n; null gradients are zero.
static Value buildStatisticsAdjoint(AdjointBuilder &b, Value x, Value mean,
                                    Value meanGradient, Value varianceGradient,
                                    IntegerAttr featureIndex) {
  const double count = getCount(x, featureIndex.getInt());
  const double share = count > 0 ? 1 / count : 0;
  Value offset =
      meanGradient ? b.scale(meanGradient, share) : splatLike(b, mean, 0);
  Value scale = varianceGradient ? b.scale(varianceGradient, 2 * share)
                                 : splatLike(b, mean, 0);
  return b.create<NormalizeOp>(x.getType(), x, scale, offset, mean,
                               splatLike(b, mean, 1), Value(),
                               b.getBuilder().getF64FloatAttr(0), featureIndex);
}

// What rounding has taken from the mean is no function of the data.
bool NormalizeOp::passesGradient(unsigned operand) { return operand < 5; }

// dMean = −s·Σ dy and dVariance = −s/2·Σ dy·x̂/√(variance + epsilon),
// s being scale/√(variance + epsilon).
FailureOr<Gradients> NormalizeOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &reason) {
  AdjointBuilder b(builder, *this);
  const double epsilon = getEpsilon().convertToDouble();
  Gradients gradients = request.makeGradients();
  if (request.isNeeded(0))
    gradients[0] = b.create<NormalizeOp>(
        getType(), request.getOutput(), getScale(),
        splatLike(b, getOffset(), 0), splatLike(b, getMean(), 0), getVariance(),
        Value(), getEpsilonAttr(), getFeatureIndexAttr());
  const bool needsMean = request.isNeeded(3),
             needsVariance = request.isNeeded(4);
  // The sums are needed for all of them.
  AdjointRequest sumsRequest({request.getOutput()},
                             {false, request.isNeeded(1) || needsVariance,
                              request.isNeeded(2) || needsMean, false, false});
  Gradients sums = request.makeGradients();
  if (failed(addSums(*this, b, sumsRequest, getMean(), getVariance(),
                     getMeanRest(), epsilon, sums, reason)))
    return failure();
  for (unsigned operand : {1, 2})
    if (request.isNeeded(operand))
      gradients[operand] = sums[operand];
  if (!needsMean && !needsVariance)
    return gradients;
  Value deviation = b.create<nn::SqrtOp>(b.addNumber(getVariance(), epsilon));
  Value factor = b.div(getScale(), deviation);
  if (needsMean)
    gradients[3] = b.neg(b.mul(sums[2], factor));
  if (needsVariance)
    gradients[4] = b.scale(b.mul(sums[1], b.div(factor, deviation)), -0.5);
  return gradients;
}

FailureOr<Gradients> StatisticsOp::buildAdjoint(OpBuilder &builder,
                                                const AdjointRequest &request,
                                                std::string &) {
  AdjointBuilder b(builder, *this);
  return nn::single(
      buildStatisticsAdjoint(b, getInput(), getMean(), request.getOutput(0),
                             request.getOutput(1), getFeatureIndexAttr()));
}

FailureOr<Gradients> TrainingOp::buildAdjoint(OpBuilder &builder,
                                              const AdjointRequest &request,
                                              std::string &) {
  AdjointBuilder b(builder, *this);
  Gradients gradients = request.makeGradients();
  Value dy = request.getOutput(0);
  if (dy && request.isNeeded(0)) {
    auto all = GradientOp::create(builder, getLoc(), getInput(), getScale(),
                                  getBatchMean(), getBatchVariance(), dy,
                                  getEpsilonAttr(), getFeatureIndexAttr());
    gradients = select(request, {all.getInputGradient(), all.getScaleGradient(),
                                 all.getOffsetGradient()});
  } else if (dy) {
    auto sums = GradientStatisticsOp::create(
        builder, getLoc(), getInput(), getBatchMean(), getBatchVariance(), dy,
        getMeanRest(), getEpsilonAttr(), getFeatureIndexAttr());
    gradients = select(
        request, {Value(), sums.getScaleGradient(), sums.getOffsetGradient()});
  }
  if (!request.isNeeded(0) || (!request.getOutput(1) && !request.getOutput(2)))
    return gradients;
  Value direct = buildStatisticsAdjoint(
      b, getInput(), getBatchMean(), request.getOutput(1), request.getOutput(2),
      getFeatureIndexAttr());
  gradients[0] = gradients[0] ? b.add(gradients[0], direct) : direct;
  return gradients;
}

// Running statistics follow training; no gradient goes through them.
bool UpdateRunningOp::passesGradient(unsigned) { return false; }

FailureOr<Gradients>
UpdateRunningOp::buildAdjoint(OpBuilder &, const AdjointRequest &request,
                              std::string &) {
  return request.makeGradients();
}

bool UpdateCumulativeOp::passesGradient(unsigned) { return false; }

FailureOr<Gradients>
UpdateCumulativeOp::buildAdjoint(OpBuilder &, const AdjointRequest &request,
                                 std::string &) {
  return request.makeGradients();
}

//===----------------------------------------------------------------------===//
// Relatives
//===----------------------------------------------------------------------===//

FailureOr<Gradients> LayerNormOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &) {
  auto all = LayerNormGradientOp::create(builder, getLoc(), getInput(),
                                         getScale(), request.getOutput(),
                                         getEpsilonAttr(), getAxisAttr(),
                                         /*parts=*/IntegerAttr());
  SmallVector<Value> values = {all.getInputGradient(), all.getScaleGradient()};
  if (getOffset())
    values.push_back(all.getOffsetGradient());
  return select(request, values);
}

FailureOr<Gradients> RMSNormOp::buildAdjoint(OpBuilder &builder,
                                             const AdjointRequest &request,
                                             std::string &) {
  auto all = RMSNormGradientOp::create(builder, getLoc(), getInput(),
                                       getScale(), request.getOutput(),
                                       getEpsilonAttr(), getAxisAttr(),
                                       /*parts=*/IntegerAttr());
  return select(request, {all.getInputGradient(), all.getScaleGradient()});
}

FailureOr<Gradients> GroupNormOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &) {
  auto all = GroupNormGradientOp::create(builder, getLoc(), getInput(),
                                         getScale(), request.getOutput(),
                                         getGroupsAttr(), getEpsilonAttr(),
                                         /*parts=*/IntegerAttr());
  return select(request, {all.getInputGradient(), all.getScaleGradient(),
                          all.getOffsetGradient()});
}
