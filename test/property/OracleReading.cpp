//===- OracleReading.cpp - Operators that are affine maps -----------------===//

#include "test/property/OracleReading.h"

#include "dialect/NN/NNOps.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {

/// y = scale·(x − mean)/√(variance + epsilon) + offset
std::optional<Affine> readInference(bn::InferenceOp op) {
  const auto scale = readConstant(op.getScale()),
             offset = readConstant(op.getOffset()),
             mean = readConstant(op.getMean()),
             variance = readConstant(op.getVariance());
  if (!scale || !offset || !mean || !variance)
    return std::nullopt;
  Affine map = Affine::identity(scale->size(),
                                static_cast<int64_t>(op.getFeatureIndex()));
  const double epsilon = op.getEpsilon().convertToDouble();
  for (size_t c = 0; c < map.size(); ++c) {
    map.scale[c] = (*scale)[c] / std::sqrt((*variance)[c] + epsilon);
    map.shift[c] = (*offset)[c] - (*mean)[c] * map.scale[c];
  }
  return map;
}

std::optional<Affine> readScaleShift(bn::ScaleShiftOp op) {
  const auto scale = readConstant(op.getScale()),
             shift = readConstant(op.getShift());
  if (!scale || !shift)
    return std::nullopt;
  return Affine{*scale, *shift, static_cast<int64_t>(op.getFeatureIndex())};
}

std::optional<Arithmetic> readArithmetic(Operation *op) {
  if (!isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(op))
    return std::nullopt;
  Arithmetic step;
  step.constantFirst = isConstant(op->getOperand(0));
  Value constant = op->getOperand(step.constantFirst ? 0 : 1);
  step.input = op->getOperand(step.constantFirst ? 1 : 0);
  const auto numbers = readConstant(constant);
  if (!numbers || isConstant(step.input) ||
      step.input.getType() != op->getResult(0).getType() ||
      (step.constantFirst && isa<nn::DivOp>(op)))
    return std::nullopt;
  const ArrayRef<int64_t> sizes = getSizes(constant);
  const size_t missing = getSizes(step.input).size() - sizes.size();
  for (size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] != 1)
      step.dims.push_back(static_cast<int64_t>(d + missing));
  step.numbers = *numbers;
  return step;
}

/// The map of `step` along `dim`.
std::optional<Affine> readStep(Operation *op, const Arithmetic &step,
                               int64_t dim) {
  const auto size = static_cast<size_t>(getSizes(step.input)[dim]);
  Affine map = Affine::identity(size, dim);
  for (size_t c = 0; c < size; ++c) {
    const double number = step.numbers[step.dims.empty() ? 0 : c];
    if (isa<nn::MulOp>(op))
      map.scale[c] = number;
    else if (isa<nn::DivOp>(op))
      map.scale[c] = 1 / number;
    else if (isa<nn::AddOp>(op))
      map.shift[c] = number;
    else if (step.constantFirst)
      map.scale[c] = -1, map.shift[c] = number;
    else
      map.shift[c] = -number;
    if (!std::isfinite(map.scale[c]) || !std::isfinite(map.shift[c]))
      return std::nullopt;
  }
  return map;
}

/// Arithmetic that is an affine map of features by itself.
std::optional<std::pair<Value, Affine>> readFeatureStep(Operation *op) {
  const auto step = readArithmetic(op);
  if (!step || step->dims.size() > 1 || getSizes(step->input).size() < 2)
    return std::nullopt;
  const auto map =
      readStep(op, *step, step->dims.empty() ? 1 : step->dims.front());
  if (!map)
    return std::nullopt;
  return std::pair(step->input, *map);
}

} // namespace bnopt::property
