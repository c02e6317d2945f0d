//===- FeatureConstants.cpp - Arithmetic with one constant per feature ----===//
//
// x + c, x − c, c − x, x·c and x/c, where c varies along one dimension at most,
// are scale-shifts. Caffe's BatchNorm+Scale, biases written as an addition and
// batch norms spelled out look like this.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/FeatureConstants.h"

#include "passes/Normalizations.h"
#include "passes/fold/ConstantData.h"

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

} // namespace

bool mayBeFeatureAffine(Operation *op) {
  if (isAskedToStay(op))
    return false;
  return isa<bn::ScaleShiftOp, nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(op);
}

using GetData = std::optional<ConstantData>(Value);

/// The operator as arithmetic with a constant; none if it is something else.
static std::optional<FeatureAffine> readArithmetic(Operation *op,
                                                   GetData *getData) {
  std::optional<ConstantData> constant = getData(op->getOperand(1));
  const bool constantFirst = !constant;
  if (constantFirst)
    constant = getData(op->getOperand(0));
  if (!constant)
    return std::nullopt;
  Value input = op->getOperand(constantFirst ? 1 : 0);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (input.getType() != type)
    return std::nullopt;
  const auto feature = getFeatureDim(type, constant->getType());
  if (!feature)
    return std::nullopt;

  const int64_t numFeatures = type.getDimSize(*feature);
  FeatureAffine affine{input, ScaleAndShift(numFeatures, *feature)};
  for (int64_t c = 0; c < numFeatures; ++c) {
    const double value = (*constant)[constant->getNumElements() == 1 ? 0 : c];
    const auto scaleShift = getScaleShift(op, value, constantFirst);
    if (!scaleShift)
      return std::nullopt;
    std::tie(affine.values.scale[c], affine.values.shift[c]) = *scaleShift;
  }
  return affine;
}

static std::optional<FeatureAffine> readFeatureAffine(Operation *op,
                                                      GetData *getData) {
  if (!mayBeFeatureAffine(op))
    return std::nullopt;
  auto scaleShift = dyn_cast<bn::ScaleShiftOp>(op);
  if (!scaleShift)
    return readArithmetic(op, getData);
  std::optional<ConstantData> scale = getData(scaleShift.getScale());
  std::optional<ConstantData> shift = getData(scaleShift.getShift());
  if (!scale || !shift)
    return std::nullopt;
  FeatureAffine affine{scaleShift.getInput(),
                       ScaleAndShift(0, scaleShift.getFeatureIndex())};
  affine.values.scale = scale->toDoubles();
  affine.values.shift = shift->toDoubles();
  return affine;
}

std::optional<FeatureAffine> readFeatureAffine(Operation *op) {
  return readFeatureAffine(op, ConstantData::get);
}

std::optional<FeatureAffine> readInitialFeatureAffine(Operation *op) {
  return readFeatureAffine(op, ConstantData::getInitial);
}

} // namespace bnopt
