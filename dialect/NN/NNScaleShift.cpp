//===- NNScaleShift.cpp - Scales and shifts that weights absorb -----------===//
//
// For a linear operator y[f] = Σ w[f,…]·x[…] + b[f], a scale-shift below it is
// s[f]·y[f] + t[f] = Σ (s[f]·w[f,…])·x[…] + (s[f]·b[f] + t[f]).
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// Weights are rewritten at compile time, feature by feature.
static LogicalResult checkGeometry(ShapedType weights, int64_t featureIndex,
                                   std::string &reason, int64_t outputDim = 1) {
  if (featureIndex != outputDim) {
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

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

/// The operand that holds the weights: the right one where both might.
static unsigned findWeights(Value lhs, Value rhs) {
  return matchPattern(lhs, m_Constant()) && !matchPattern(rhs, m_Constant())
             ? 0
             : 1;
}

unsigned GemmOp::getWeightsOperand() { return findWeights(getA(), getB()); }
unsigned MatMulOp::getWeightsOperand() {
  return findWeights(getLhs(), getRhs());
}

LogicalResult GemmOp::checkBias(std::string &reason) {
  if (!getBias())
    return success();
  if (getWeightsOperand() == 0)
    return refuse(reason, *this, "has a bias along the other dimension");
  auto type = cast<ShapedType>(getBias().getType());
  if (type.getRank() != 1 || type.getDimSize(0) != getType().getDimSize(1)) {
    reason = "the bias does not have one element per column";
    return failure();
  }
  // The shift would have to be divided by beta.
  if (getBeta().convertToDouble() != 1.0) {
    reason = "the bias is multiplied by beta";
    return failure();
  }
  return success();
}

FailureOr<ScaleShiftTarget>
GemmOp::getScaleShiftTargetBelow(int64_t featureIndex, std::string &reason) {
  const unsigned weightsOperand = getWeightsOperand();
  const bool isLeft = weightsOperand == 0;
  ShapedType weights = getTensorType(getOperand(weightsOperand));
  if (failed(checkGeometry(weights, featureIndex, reason, isLeft ? 0 : 1)) ||
      failed(checkBias(reason)))
    return failure();
  // Features are the rows of A' and the columns of B'.
  const bool featuresFirst = isLeft ? !getTransA() : getTransB();
  const int64_t rows = weights.getDimSize(0), columns = weights.getDimSize(1);
  const FeatureView view = featuresFirst ? FeatureView{1, 1, rows, columns}
                                         : FeatureView{1, rows, columns, 1};
  return ScaleShiftTarget{weightsOperand, view, getBias(),
                          /*takesBias=*/!isLeft};
}

Operation *GemmOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                    Value bias) {
  auto clone = cast<GemmOp>(builder.clone(*getOperation()));
  clone->setOperand(getWeightsOperand(), weights);
  if (bias) {
    clone.getBiasMutable().assign(bias);
    // Without a bias beta had no effect; the new one counts once.
    clone.setBeta(APFloat(1.0));
  }
  return clone;
}

FailureOr<ScaleShiftTarget>
MatMulOp::getScaleShiftTargetBelow(int64_t featureIndex, std::string &reason) {
  const unsigned weightsOperand = getWeightsOperand();
  const RankedTensorType weights = getTensorType(getOperand(weightsOperand));
  // The dimension of the weights that is dimension `featureIndex` of the
  // result: rows of a left operand, columns of a right one, or a dimension of
  // which each index has a matrix of its own.
  const int64_t rank = getType().getRank();
  const int64_t dim = featureIndex - rank + weights.getRank();
  if (featureIndex == rank - (weightsOperand == 0 ? 1 : 2) || dim < 0)
    return refuse(reason, *this,
                  "has weights that do not vary along dimension " +
                      Twine(featureIndex));
  if (!weights.hasStaticShape()) {
    reason = "the shape of the weights is not known";
    return failure();
  }
  const ArrayRef<int64_t> shape = weights.getShape();
  const FeatureView view{1, ShapedType::getNumElements(shape.take_front(dim)),
                         shape[dim],
                         ShapedType::getNumElements(shape.drop_front(dim + 1))};
  if (view.numFeatures() != getType().getDimSize(featureIndex))
    return refuse(reason, *this,
                  "has weights that do not vary along dimension " +
                      Twine(featureIndex));
  return ScaleShiftTarget{weightsOperand, view, /*bias=*/Value(),
                          /*takesBias=*/false};
}

Operation *MatMulOp::cloneWithWeights(OpBuilder &builder, Value weights,
                                      Value) {
  Operation *clone = builder.clone(*getOperation());
  clone->setOperand(getWeightsOperand(), weights);
  return clone;
}
