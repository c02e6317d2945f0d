//===- OperatorMaker.cpp - Linear operators, scales, activations ----------===//

#include "test/property/OperatorMaker.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;

namespace bnopt::property {

/// Windows may grow values up to this many elements: tests stay fast.
static constexpr int64_t maxElements = 3000;

ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

RankedTensorType OperatorMaker::getType(ArrayRef<int64_t> shape) {
  return RankedTensorType::get(shape, elementType);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value OperatorMaker::constant(ArrayRef<int64_t> shape,
                              ArrayRef<double> values) {
  DenseElementsAttr elements;
  if (elementType.isF64()) {
    elements = DenseElementsAttr::get(getType(shape), values);
  } else {
    const std::vector<float> floats(values.begin(), values.end());
    elements = DenseElementsAttr::get(getType(shape), ArrayRef<float>(floats));
  }
  return arith::ConstantOp::create(builder, loc, elements);
}

Value OperatorMaker::randomConstant(ArrayRef<int64_t> shape) {
  if (dice.once(4))
    for (Value shared : constants)
      if (getShape(shared) == shape)
        return shared;
  std::vector<double> values(ShapedType::getNumElements(shape));
  for (double &value : values)
    value = dice.value();
  constants.push_back(constant(shape, values));
  return constants.back();
}

int64_t OperatorMaker::pickFeatureIndex(Value x) {
  const auto rank = static_cast<int64_t>(getShape(x).size());
  return dice.once(6) ? dice.pick(0, rank - 1) : 1;
}

Value OperatorMaker::broadcastConstant(Value x, bool nonzero) {
  Dims shape(getShape(x));
  const auto rank = static_cast<int64_t>(shape.size());
  const int64_t featureIndex = pickFeatureIndex(x);
  if (!dice.once(6)) // one per feature, with or without the ones in front
    for (int64_t d = 0; d < rank; ++d)
      shape[d] = d == featureIndex ? shape[d] : 1;
  else if (dice.flip()) // one for everything
    shape.assign(rank, 1);
  if (dice.flip())
    while (shape.size() > 1 && shape.front() == 1)
      shape.erase(shape.begin());
  std::vector<double> values(ShapedType::getNumElements(shape));
  for (double &value : values)
    value =
        nonzero ? (dice.flip() ? 0.25 : -0.25) * dice.pick(1, 8) : dice.value();
  return constant(shape, values);
}

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

Value OperatorMaker::conv(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  if (shape.size() < 3)
    return {};
  const auto spatial = static_cast<int64_t>(shape.size()) - 2;
  SmallVector<int64_t> divisors;
  for (int64_t g = 1; g <= shape[1]; ++g)
    if (shape[1] % g == 0)
      divisors.push_back(g);
  const int64_t groups =
      dice.flip() ? 1 : divisors[dice.pick(0, divisors.size() - 1)];
  Dims weights = {groups * dice.pick(1, groups == 1 ? 4 : 2),
                  shape[1] / groups};
  Dims dilations =
      dice.once(3) ? dice.pickEach(spatial, 1, 2) : Dims(spatial, 1);
  Dims pads =
      dice.once(3) ? Dims(2 * spatial, 0) : dice.pickEach(2 * spatial, 0, 2);
  for (int64_t d = 0; d < spatial; ++d) {
    const int64_t room = shape[2 + d] + pads[d] + pads[spatial + d];
    const int64_t largest = (room - 1) / dilations[d] + 1;
    weights.push_back(dice.pick(1, std::min<int64_t>(3, largest)));
  }
  Value bias = dice.flip() ? randomConstant(weights[0]) : Value();
  Dims strides = dice.once(3) ? dice.pickEach(spatial, 1, 2) : Dims(spatial, 1);
  return nn::ConvOp::create(builder, loc, x, randomConstant(weights), bias,
                            builder.getDenseI64ArrayAttr(strides),
                            builder.getDenseI64ArrayAttr(pads),
                            builder.getDenseI64ArrayAttr(dilations), groups);
}

Value OperatorMaker::sameConv(Value x, int64_t window) {
  const ArrayRef<int64_t> shape = getShape(x);
  const auto spatial = static_cast<int64_t>(shape.size()) - 2;
  Dims weights = {shape[1], shape[1]};
  weights.append(spatial, window);
  Value bias = dice.flip() ? randomConstant(weights[0]) : Value();
  return nn::ConvOp::create(
      builder, loc, x, randomConstant(weights), bias, DenseI64ArrayAttr(),
      builder.getDenseI64ArrayAttr(Dims(2 * spatial, window / 2)),
      DenseI64ArrayAttr(), 1);
}

Value OperatorMaker::pointwiseConv(Value x, int64_t channels) {
  Dims weights(getShape(x).size(), 1);
  weights[0] = channels;
  weights[1] = getShape(x)[1];
  return nn::ConvOp::create(builder, loc, x, randomConstant(weights), Value(),
                            DenseI64ArrayAttr(), DenseI64ArrayAttr(),
                            DenseI64ArrayAttr(), 1);
}

Value OperatorMaker::convTranspose(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  if (shape.size() < 3 || ShapedType::getNumElements(shape) > maxElements / 20)
    return {};
  const auto spatial = static_cast<int64_t>(shape.size()) - 2;
  int64_t groups = dice.flip() ? 1 : dice.pick(1, shape[1]);
  while (shape[1] % groups)
    --groups;
  Dims weights = {shape[1], dice.pick(1, groups == 1 ? 4 : 2)};
  weights.append(dice.pickEach(spatial, 1, 3));
  Dims strides = dice.pickEach(spatial, 1, 3);
  Dims outputPads =
      dice.once(3) ? dice.pickEach(spatial, 0, 1) : Dims(spatial, 0);
  Dims pads(2 * spatial, 0);
  Dims dilations =
      dice.once(3) ? dice.pickEach(spatial, 1, 2) : Dims(spatial, 1);
  for (int64_t d = 0; d < spatial; ++d) {
    int64_t size = strides[d] * (shape[2 + d] - 1) +
                   dilations[d] * (weights[2 + d] - 1) + 1;
    for (int64_t side : {d, spatial + d})
      if (size > 2 && dice.flip()) {
        pads[side] = 1;
        --size;
      }
  }
  Value bias = dice.flip() ? randomConstant(groups * weights[1]) : Value();
  return nn::ConvTransposeOp::create(
      builder, loc, x, randomConstant(weights), bias,
      builder.getDenseI64ArrayAttr(strides), builder.getDenseI64ArrayAttr(pads),
      builder.getDenseI64ArrayAttr(dilations),
      builder.getDenseI64ArrayAttr(outputPads), groups);
}

Value OperatorMaker::gemm(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  if (shape.size() != 2)
    return {};
  const bool transA = dice.once(5), transB = dice.flip();
  const int64_t rows = shape[transA ? 1 : 0], depth = shape[transA ? 0 : 1];
  const int64_t columns = dice.pick(1, 4);
  const Dims biasShapes[] = {{columns}, {1, columns}, {1},
                             {1, 1},    {rows, 1},    {rows, columns}};
  Value bias =
      dice.flip() ? randomConstant(biasShapes[dice.pick(0, 5)]) : Value();
  const auto factor = [&] { return APFloat(dice.flip() ? 1 : dice.value()); };
  Dims weights = transB ? Dims{columns, depth} : Dims{depth, columns};
  return nn::GemmOp::create(builder, loc, x, randomConstant(weights), bias,
                            factor(), factor(), transA, transB);
}

Value OperatorMaker::matmul(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  const int64_t rows = shape[shape.size() - 2], columns = shape.back();
  // Constant on the right, most often; per batch now and then.
  const bool right = !dice.once(4);
  Dims weights(shape.drop_back(2));
  for (int64_t &size : weights)
    size = dice.once(3) ? size : 1;
  const int64_t other = dice.pick(1, 4);
  right ? weights.append({columns, other}) : weights.append({other, rows});
  while (weights.size() > 2 && weights.front() == 1)
    weights.erase(weights.begin());
  Value constant = randomConstant(weights);
  return right ? nn::MatMulOp::create(builder, loc, x, constant)
               : nn::MatMulOp::create(builder, loc, constant, x);
}

//===----------------------------------------------------------------------===//
// Scales and shifts
//===----------------------------------------------------------------------===//

/// Parameters as training leaves them, or as nobody expects them: scales that
/// are negative, zero or denormal, variances that are zero or a little below,
/// means far away, no epsilon.
Value OperatorMaker::inference(Value x) {
  const int64_t featureIndex = pickFeatureIndex(x);
  const int64_t numFeatures = getShape(x)[featureIndex];
  const int64_t kind = dice.pick(0, 4); // hostile, positive, unshifted, else
  const double epsilons[] = {1e-5, 1e-3, 0.5, 0};
  const double epsilon = epsilons[dice.pick(0, 3)];
  const double denormal = elementType.isF32() ? 1e-41 : 1e-310;
  std::vector<double> scale, offset, mean, variance;
  for (int64_t c = 0; c < numFeatures; ++c) {
    const double scales[] = {dice.value(), -1, 0, -0.0, denormal, 100};
    const double variances[] = {1, 4 * epsilon, 1e-8, -epsilon / 2, 1e6, 0};
    const double usual = 0.25 * static_cast<double>(dice.pick(1, 8));
    double spread = kind <= 1 ? variances[dice.pick(0, 5)] : usual;
    if (spread + epsilon <= 0)
      spread = 1e-8;
    scale.push_back(kind <= 1                  ? scales[dice.pick(0, 5)]
                    : kind == 4 && dice.flip() ? -usual
                                               : usual);
    offset.push_back(kind == 3 ? 0 : dice.value());
    mean.push_back(kind == 3   ? 0
                   : kind <= 1 ? (dice.once(3) ? 1000 : 1) * dice.value()
                               : dice.value());
    variance.push_back(spread);
  }
  return bn::InferenceOp::create(
      builder, loc, x.getType(), x, constant(numFeatures, scale),
      constant(numFeatures, offset), constant(numFeatures, mean),
      constant(numFeatures, variance), builder.getF64FloatAttr(epsilon),
      builder.getI64IntegerAttr(featureIndex));
}

Value OperatorMaker::arithmetic(Value x) {
  switch (dice.pick(0, 5)) {
  case 0:
    return nn::AddOp::create(builder, loc, x, broadcastConstant(x));
  case 1:
    return nn::AddOp::create(builder, loc, broadcastConstant(x), x);
  case 2:
    return nn::SubOp::create(builder, loc, x, broadcastConstant(x));
  case 3:
    return nn::SubOp::create(builder, loc, broadcastConstant(x), x);
  case 4:
    return nn::MulOp::create(builder, loc, x, broadcastConstant(x));
  default:
    return nn::DivOp::create(builder, loc, x, broadcastConstant(x, true));
  }
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Value OperatorMaker::relu(Value x) {
  return nn::ReluOp::create(builder, loc, x);
}

Value OperatorMaker::add(Value x, Value y) {
  return nn::AddOp::create(builder, loc, x, y);
}

Value OperatorMaker::unaryByName(StringRef name, Value x) {
  OperationState state(loc, ("nn." + name).str(), x, x.getType());
  return builder.create(state)->getResult(0);
}

Value OperatorMaker::activation(Value x) {
  switch (dice.pick(0, 8)) {
  case 0:
  case 1:
    return relu(x);
  case 2:
    return nn::LeakyReluOp::create(builder, loc, x.getType(), x,
                                   APFloat(0.125));
  case 3:
    return nn::PReluOp::create(builder, loc, x, broadcastConstant(x));
  case 4: {
    const double low = dice.flip() ? 0 : -INFINITY;
    const double high = dice.flip() ? 6 : INFINITY;
    return nn::ClipOp::create(builder, loc, x.getType(), x, APFloat(low),
                              APFloat(high));
  }
  case 5:
    return nn::MaxOp::create(builder, loc, x, broadcastConstant(x));
  case 6:
    return nn::MinOp::create(builder, loc, broadcastConstant(x), x);
  case 7:
    return unaryByName("neg", x);
  default: {
    const char *names[] = {"sigmoid", "tanh",     "abs",
                           "erf",     "softplus", "hard_swish"};
    if (dice.once(7) && getShape(x).size() > 2)
      return nn::SoftmaxOp::create(builder, loc, x.getType(), x,
                                   pickFeatureIndex(x));
    if (dice.once(5))
      return nn::EluOp::create(builder, loc, x.getType(), x, APFloat(0.5));
    if (dice.once(5))
      return nn::HardSigmoidOp::create(builder, loc, x.getType(), x,
                                       APFloat(0.25), APFloat(0.5));
    return unaryByName(names[dice.pick(0, 5)], x);
  }
  }
}

} // namespace bnopt::property
