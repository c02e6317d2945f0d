//===- BNVerifiers.cpp - Constraints of the operators ---------------------===//

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::bn;

using NamedVectors =
    std::initializer_list<std::pair<StringRef, TypedValue<RankedTensorType>>>;

static LogicalResult verifyIndex(Operation *op, StringRef name, int64_t index,
                                 RankedTensorType input) {
  if (index >= 0 && index < input.getRank())
    return success();
  return op->emitOpError("expects '")
         << name << "' to be in 0.." << input.getRank() - 1
         << ", the dimensions of 'input', but got " << index;
}

/// (C2): one element per feature.
static LogicalResult verifyVectors(Operation *op, RankedTensorType input,
                                   int64_t featureIndex, NamedVectors vectors) {
  int64_t features = input.getDimSize(featureIndex);
  for (auto [name, vector] : vectors) {
    int64_t size = vector.getType().getDimSize(0);
    if (areCompatibleSizes(size, features))
      continue;
    InFlightDiagnostic diagnostic = op->emitOpError("expects '")
                                    << name << "' to have " << features
                                    << " elements, the size of dimension "
                                    << featureIndex << " of 'input', but got "
                                    << size;
    diagnostic.attachNote(vector.getLoc()) << name << " defined here";
    return diagnostic;
  }
  return success();
}

/// (C1) and (C2).
static LogicalResult verifyFeatures(Operation *op, RankedTensorType input,
                                    int64_t featureIndex,
                                    NamedVectors vectors) {
  if (failed(verifyIndex(op, "featureIndex", featureIndex, input)))
    return failure();
  return verifyVectors(op, input, featureIndex, vectors);
}

/// (C3)
static LogicalResult verifyEpsilon(Operation *op, const APFloat &epsilon) {
  double value = epsilon.convertToDouble();
  if (std::isfinite(value) && value >= 0)
    return success();
  return op->emitOpError("expects 'epsilon' to be finite and not negative, "
                         "but got ")
         << value;
}

/// (C4) of the gradients.
static LogicalResult verifyOutputGradient(Operation *op, RankedTensorType input,
                                          RankedTensorType gradient) {
  if (input.getRank() == gradient.getRank() &&
      llvm::all_of_zip(input.getShape(), gradient.getShape(),
                       areCompatibleSizes))
    return success();
  return op->emitOpError("expects 'outputGradient' to have the shape of "
                         "'input', ")
         << input << ", but got " << gradient;
}

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

template <typename OpT>
static LogicalResult verifyNormalization(OpT op) {
  if (failed(verifyFeatures(op, op.getInput().getType(), op.getFeatureIndex(),
                            {{"scale", op.getScale()},
                             {"offset", op.getOffset()},
                             {"mean", op.getMean()},
                             {"variance", op.getVariance()}})))
    return failure();
  return verifyEpsilon(op, op.getEpsilon());
}

LogicalResult InferenceOp::verify() { return verifyNormalization(*this); }

/// (C2) of what rounding has taken from the mean, if it is there.
template <typename OpT>
static LogicalResult verifyMeanRest(OpT op) {
  if (!op.getMeanRest())
    return success();
  return verifyVectors(op, op.getInput().getType(), op.getFeatureIndex(),
                       {{"meanRest", op.getMeanRest()}});
}

LogicalResult NormalizeOp::verify() {
  if (failed(verifyNormalization(*this)))
    return failure();
  return verifyMeanRest(*this);
}

LogicalResult ScaleShiftOp::verify() {
  return verifyFeatures(*this, getInput().getType(), getFeatureIndex(),
                        {{"scale", getScale()}, {"shift", getShift()}});
}

LogicalResult TrainingOp::verify() {
  if (failed(verifyFeatures(*this, getInput().getType(), getFeatureIndex(),
                            {{"scale", getScale()}, {"offset", getOffset()}})))
    return failure();
  return verifyEpsilon(*this, getEpsilon());
}

LogicalResult StatisticsOp::verify() {
  // (C1)
  return verifyIndex(*this, "featureIndex", getFeatureIndex(),
                     getInput().getType());
}

static LogicalResult verifyCount(Operation *op, int64_t count) {
  if (count >= 0)
    return success();
  return op->emitOpError("expects 'count' not to be negative, but got ")
         << count;
}

LogicalResult UpdateCumulativeOp::verify() {
  // (C1)
  return verifyCount(*this, getCount());
}

LogicalResult UpdateRunningOp::verify() {
  // (C1)
  double momentum = getMomentum().convertToDouble();
  if (!(momentum >= 0 && momentum <= 1))
    return emitOpError("expects 'momentum' to be in 0..1, but got ")
           << momentum;
  // (C2)
  return verifyCount(*this, getCount());
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

LogicalResult GradientOp::verify() {
  RankedTensorType input = getInput().getType();
  if (failed(verifyFeatures(*this, input, getFeatureIndex(),
                            {{"scale", getScale()},
                             {"mean", getMean()},
                             {"variance", getVariance()}})) ||
      failed(verifyEpsilon(*this, getEpsilon())))
    return failure();
  return verifyOutputGradient(*this, input, getOutputGradient().getType());
}

LogicalResult GradientStatisticsOp::verify() {
  RankedTensorType input = getInput().getType();
  if (failed(
          verifyFeatures(*this, input, getFeatureIndex(),
                         {{"mean", getMean()}, {"variance", getVariance()}})) ||
      failed(verifyMeanRest(*this)) ||
      failed(verifyEpsilon(*this, getEpsilon())))
    return failure();
  return verifyOutputGradient(*this, input, getOutputGradient().getType());
}

LogicalResult GradientInputOp::verify() {
  if (failed(verifyFeatures(*this, getInput().getType(), getFeatureIndex(),
                            {{"scale", getScale()},
                             {"mean", getMean()},
                             {"variance", getVariance()},
                             {"scaleGradient", getScaleGradient()},
                             {"offsetGradient", getOffsetGradient()}})) ||
      failed(verifyMeanRest(*this)))
    return failure();
  return verifyEpsilon(*this, getEpsilon());
}

//===----------------------------------------------------------------------===//
// Relatives
//===----------------------------------------------------------------------===//

/// (C2) of the norms over trailing dimensions.
static LogicalResult verifyTrailing(Operation *op, RankedTensorType input,
                                    int64_t axis, StringRef name,
                                    RankedTensorType parameter) {
  ArrayRef<int64_t> trailing = input.getShape().drop_front(axis);
  if (parameter.getRank() == static_cast<int64_t>(trailing.size()) &&
      llvm::all_of_zip(parameter.getShape(), trailing, areCompatibleSizes))
    return success();
  return op->emitOpError("expects '")
         << name << "' to have the shape of dimensions " << axis
         << " and later of 'input', " << input << ", but got " << parameter;
}

/// (C1), (C2) of the scale, and (C3).
template <typename OpT>
static LogicalResult verifyTrailingNorm(OpT op) {
  RankedTensorType input = op.getInput().getType();
  if (failed(verifyIndex(op, "axis", op.getAxis(), input)) ||
      failed(verifyTrailing(op, input, op.getAxis(), "scale",
                            op.getScale().getType())))
    return failure();
  return verifyEpsilon(op, op.getEpsilon());
}

LogicalResult LayerNormOp::verify() {
  if (failed(verifyTrailingNorm(*this)))
    return failure();
  // (C2)
  return getOffset() ? verifyTrailing(*this, getInput().getType(), getAxis(),
                                      "offset", getOffset().getType())
                     : success();
}

LogicalResult RMSNormOp::verify() { return verifyTrailingNorm(*this); }

/// 'parts' of `what`, of which there are as many as elements of `shape`.
template <typename OpT>
static LogicalResult verifyParts(OpT op, ArrayRef<int64_t> shape,
                                 StringRef what) {
  if (!op.getParts())
    return success();
  const auto parts = static_cast<int64_t>(*op.getParts());
  if (parts <= 0)
    return op.emitOpError("expects 'parts' to be positive, but got ") << parts;
  if (ShapedType::isDynamicShape(shape))
    return success();
  const int64_t count = ShapedType::getNumElements(shape);
  if (count % parts == 0)
    return success();
  return op.emitOpError("expects 'parts' to divide ")
         << count << " " << what << ", but got " << parts;
}

/// (C5) too.
template <typename OpT>
static LogicalResult verifyTrailingGradient(OpT op) {
  if (failed(verifyTrailingNorm(op)) ||
      failed(verifyParts(
          op, op.getInput().getType().getShape().take_front(op.getAxis()),
          "rows")))
    return failure();
  return verifyOutputGradient(op, op.getInput().getType(),
                              op.getOutputGradient().getType());
}

LogicalResult LayerNormGradientOp::verify() {
  return verifyTrailingGradient(*this);
}

LogicalResult RMSNormGradientOp::verify() {
  return verifyTrailingGradient(*this);
}

/// All but (C5), for `parameters` of one element per channel.
template <typename OpT>
static LogicalResult verifyGroups(OpT op, NamedVectors parameters) {
  RankedTensorType input = op.getInput().getType();
  // (C1)
  if (input.getRank() < 2)
    return op.emitOpError("expects 'input' to have at least 2 dimensions, "
                          "but got ")
           << input.getRank();
  // (C2), (C3)
  if (failed(verifyVectors(op, input, 1, parameters)) ||
      failed(verifyEpsilon(op, op.getEpsilon())))
    return failure();
  // (C4)
  int64_t channels = input.getDimSize(1);
  auto groups = static_cast<int64_t>(op.getGroups());
  if (groups <= 0)
    return op.emitOpError("expects 'groups' to be positive, but got ")
           << groups;
  if (ShapedType::isDynamic(channels) || channels % groups == 0)
    return success();
  return op.emitOpError("expects 'groups' to divide ")
         << channels << " input channels, but got " << groups;
}

LogicalResult GroupNormOp::verify() {
  return verifyGroups(*this, {{"scale", getScale()}, {"offset", getOffset()}});
}

LogicalResult GroupNormGradientOp::verify() {
  if (failed(verifyGroups(*this, {{"scale", getScale()}})) ||
      failed(verifyParts(*this, getInput().getType().getShape().take_front(),
                         "samples")))
    return failure();
  return verifyOutputGradient(*this, getInput().getType(),
                              getOutputGradient().getType());
}
