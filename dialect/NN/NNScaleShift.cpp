//===- NNScaleShift.cpp - Scales and shifts that weights absorb -----------===//
//
// For a linear operator y[f] = Σ w[f,…]·x[…] + b[f], a scale-shift below it is
// s[f]·y[f] + t[f] = Σ (s[f]·w[f,…])·x[…] + (s[f]·b[f] + t[f]).
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// Weights are rewritten at compile time, feature by feature.
static LogicalResult checkGeometry(ShapedType weights, int64_t featureIndex,
                                   std::string &reason) {
  if (featureIndex != 1) {
    reason = "features lie along dimension " + std::to_string(featureIndex) +
             ", not along the output channels";
    return failure();
  }
  if (!weights.hasStaticShape()) {
    reason = "the shape of the weights is not known";
    return failure();
  }
  return success();
}

FailureOr<ScaleShiftTarget>
ConvOp::getScaleShiftTargetBelow(int64_t featureIndex, std::string &reason) {
  ShapedType weights = getWeights().getType();
  if (failed(checkGeometry(weights, featureIndex, reason)))
    return failure();
  FeatureView view;
  view.featuresPerGroup = weights.getDimSize(0);
  view.inner = ShapedType::getNumElements(weights.getShape().drop_front());
  return ScaleShiftTarget{getWeightsMutable().getOperandNumber(), view,
                          getBias()};
}

Operation *ConvOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                    Value bias) {
  auto clone = cast<ConvOp>(builder.clone(*getOperation()));
  clone.getWeightsMutable().assign(weights);
  if (bias)
    clone.getBiasMutable().assign(bias);
  return clone;
}

FailureOr<ScaleShiftTarget>
ConvTransposeOp::getScaleShiftTargetBelow(int64_t featureIndex,
                                          std::string &reason) {
  ShapedType weights = getWeights().getType();
  if (failed(checkGeometry(weights, featureIndex, reason)))
    return failure();
  FeatureView view;
  view.groups = getGroups();
  view.outer = weights.getDimSize(0) / view.groups;
  view.featuresPerGroup = weights.getDimSize(1);
  view.inner = ShapedType::getNumElements(weights.getShape().drop_front(2));
  return ScaleShiftTarget{getWeightsMutable().getOperandNumber(), view,
                          getBias()};
}

Operation *ConvTransposeOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                             Value bias) {
  auto clone = cast<ConvTransposeOp>(builder.clone(*getOperation()));
  clone.getWeightsMutable().assign(weights);
  if (bias)
    clone.getBiasMutable().assign(bias);
  return clone;
}

FailureOr<ScaleShiftTarget>
GemmOp::getScaleShiftTargetBelow(int64_t featureIndex, std::string &reason) {
  ShapedType weights = getB().getType();
  if (failed(checkGeometry(weights, featureIndex, reason)))
    return failure();
  FeatureView view;
  if (getTransB()) {
    view.featuresPerGroup = weights.getDimSize(0);
    view.inner = weights.getDimSize(1);
  } else {
    view.outer = weights.getDimSize(0);
    view.featuresPerGroup = weights.getDimSize(1);
  }
  if (Value bias = getBias()) {
    auto type = cast<ShapedType>(bias.getType());
    if (type.getRank() != 1 || type.getDimSize(0) != view.numFeatures()) {
      reason = "the bias does not have one element per column";
      return failure();
    }
    // The shift would have to be divided by beta.
    if (getBeta().convertToDouble() != 1.0) {
      reason = "the bias is multiplied by beta";
      return failure();
    }
  }
  return ScaleShiftTarget{getBMutable().getOperandNumber(), view, getBias()};
}

Operation *GemmOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                    Value bias) {
  auto clone = cast<GemmOp>(builder.clone(*getOperation()));
  clone.getBMutable().assign(weights);
  if (bias)
    clone.getBiasMutable().assign(bias);
  // Without a bias beta had no effect; the new one counts once.
  clone.setBeta(APFloat(1.0));
  return clone;
}
