//===- OperatorMakerMovement.cpp - Pools and data movement ----------------===//

#include "test/property/OperatorMaker.h"

#include "dialect/NN/NNOps.h"

#include <numeric>

using namespace mlir;

namespace bnopt::property {

Value OperatorMaker::pool(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  if (shape.size() < 3)
    return {};
  const auto spatial = static_cast<int64_t>(shape.size()) - 2;
  Dims window, pads(2 * spatial, 0);
  for (int64_t d = 0; d < spatial; ++d)
    window.push_back(dice.pick(1, std::min<int64_t>(3, shape[2 + d])));
  if (dice.flip())
    for (int64_t d = 0; d < 2 * spatial; ++d)
      pads[d] = dice.pick(0, window[d % spatial] - 1);
  auto windowAttr = builder.getDenseI64ArrayAttr(window);
  auto strides = builder.getDenseI64ArrayAttr(dice.pickEach(spatial, 1, 2));
  auto padsAttr = builder.getDenseI64ArrayAttr(pads);
  UnitAttr ceil = dice.once(3) ? builder.getUnitAttr() : UnitAttr();
  if (dice.flip())
    return nn::MaxPoolOp::create(builder, loc, x, windowAttr, strides, padsAttr,
                                 DenseI64ArrayAttr(), ceil);
  return nn::AveragePoolOp::create(
      builder, loc, x, windowAttr, strides, padsAttr, DenseI64ArrayAttr(), ceil,
      dice.flip() ? builder.getUnitAttr() : UnitAttr());
}

Value OperatorMaker::reduce(Value x) {
  const auto rank = static_cast<int64_t>(getShape(x).size());
  if (rank < 3)
    return {};
  Dims axes;
  if (dice.once(4)) {
    axes.push_back(dice.pick(0, rank - 1));
  } else {
    axes.resize(rank - 2);
    std::iota(axes.begin(), axes.end(), 2);
  }
  auto axesAttr = builder.getDenseI64ArrayAttr(axes);
  UnitAttr keep = dice.flip() ? builder.getUnitAttr() : UnitAttr();
  switch (dice.pick(0, 3)) {
  case 0:
    return nn::ReduceSumOp::create(builder, loc, x, axesAttr, keep);
  case 1:
    return nn::ReduceMaxOp::create(builder, loc, x, axesAttr, keep);
  default:
    return nn::ReduceMeanOp::create(builder, loc, x, axesAttr, keep);
  }
}

Value OperatorMaker::resize(Value x) {
  Dims shape(getShape(x));
  if (shape.size() < 3)
    return {};
  for (int64_t &size : MutableArrayRef<int64_t>(shape).drop_front(2))
    size = std::min<int64_t>(6, size + dice.pick(0, 2));
  return nn::ResizeOp::create(builder, loc, getType(shape), x,
                              dice.flip() ? nn::ResizeMode::Nearest
                                          : nn::ResizeMode::Linear,
                              dice.flip());
}

Value OperatorMaker::depthToSpace(Value x) {
  if (getShape(x).size() != 4 || getShape(x)[2] * getShape(x)[3] > 30)
    return {};
  // Channels for the pixels, as in networks that enlarge images.
  if (getShape(x)[1] % 4 || dice.flip())
    x = pointwiseConv(x, 4 * dice.pick(1, 2));
  return nn::DepthToSpaceOp::create(builder, loc, x, 2, dice.flip());
}

Value OperatorMaker::channelShuffle(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  if (shape.size() < 3 || shape[1] < 2)
    return {};
  int64_t groups = dice.pick(2, shape[1]);
  while (shape[1] % groups)
    --groups;
  return nn::ChannelShuffleOp::create(builder, loc, x.getType(), x, groups);
}

Value OperatorMaker::slice(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  Dims offsets, sizes, steps;
  const int64_t dim = dice.pick(1, shape.size() - 1);
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d) {
    if (d != dim) {
      offsets.push_back(0), sizes.push_back(shape[d]), steps.push_back(1);
      continue;
    }
    const int64_t step = dice.pick(1, 2), offset = dice.pick(0, shape[d] - 1);
    const int64_t most = (shape[d] - 1 - offset) / step + 1;
    const int64_t size = dice.pick((most + 1) / 2, most);
    // Now and then the same elements from the last to the first.
    const bool reversed = dice.once(4);
    offsets.push_back(reversed ? offset + (size - 1) * step : offset);
    steps.push_back(reversed ? -step : step);
    sizes.push_back(size);
  }
  return nn::SliceOp::create(
      builder, loc, x, builder.getDenseI64ArrayAttr(offsets),
      builder.getDenseI64ArrayAttr(sizes), builder.getDenseI64ArrayAttr(steps));
}

Value OperatorMaker::transpose(Value x) {
  Dims permutation(getShape(x).size());
  std::iota(permutation.begin(), permutation.end(), 0);
  const auto last = static_cast<int64_t>(permutation.size()) - 1;
  // The batch stays where it is.
  std::swap(permutation[dice.pick(1, last)], permutation[dice.pick(1, last)]);
  return nn::TransposeOp::create(builder, loc, x,
                                 builder.getDenseI64ArrayAttr(permutation));
}

Value OperatorMaker::flatten(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  return nn::ReshapeOp::create(
      builder, loc,
      getType({shape[0], ShapedType::getNumElements(shape.drop_front())}), x);
}

/// Flattens, splits a dimension in two, or merges two neighbours.
Value OperatorMaker::reshape(Value x) {
  Dims shape(getShape(x));
  if (dice.once(4) && shape.size() > 2)
    return flatten(x);
  const auto dim = static_cast<size_t>(dice.pick(1, shape.size() - 1));
  if (shape.size() < 5 && dice.flip()) {
    const int64_t inner = shape[dim] % 2 ? 1 : 2;
    shape[dim] /= inner;
    shape.insert(shape.begin() + dim + (dice.flip() ? 1 : 0), inner);
  } else if (shape.size() > 3 && dim + 1 < shape.size()) {
    shape[dim] *= shape[dim + 1];
    shape.erase(shape.begin() + dim + 1);
  } else {
    return {};
  }
  return nn::ReshapeOp::create(builder, loc, getType(shape), x);
}

Value OperatorMaker::pad(Value x) {
  const ArrayRef<int64_t> shape = getShape(x);
  const nn::PadMode modes[] = {nn::PadMode::Constant, nn::PadMode::Reflect,
                               nn::PadMode::Edge};
  const nn::PadMode mode = modes[dice.pick(0, 2)];
  Dims pads(2 * shape.size(), 0);
  const size_t first = dice.once(6) ? 1 : 2;
  for (size_t d = 0; d < pads.size(); ++d) {
    const size_t dim = d % shape.size();
    if (dim >= first)
      pads[d] = dice.pick(0, std::min<int64_t>(2, shape[dim] - 1));
  }
  const double value =
      mode == nn::PadMode::Constant && dice.flip() ? dice.value() : 0;
  OperationState state(loc, "nn.pad", x, TypeRange());
  state.addAttribute("pads", builder.getDenseI64ArrayAttr(pads));
  state.addAttribute("value", builder.getF64FloatAttr(value));
  state.addAttribute("mode", nn::PadModeAttr::get(builder.getContext(), mode));
  Dims result(shape);
  for (size_t d = 0; d < result.size(); ++d)
    result[d] += pads[d] + pads[result.size() + d];
  state.addTypes(getType(result));
  return builder.create(state)->getResult(0);
}

Value OperatorMaker::combine(Value x, Value y) {
  if (x.getType() != y.getType())
    return {};
  switch (dice.pick(0, 4)) {
  case 0:
    return nn::SubOp::create(builder, loc, x, y);
  case 1:
    return nn::MulOp::create(builder, loc, x, y);
  default:
    return add(x, y);
  }
}

Value OperatorMaker::concat(Value x, Value y) {
  const ArrayRef<int64_t> a = getShape(x), b = getShape(y);
  if (a.size() != b.size())
    return {};
  const int64_t axis = pickFeatureIndex(x);
  for (size_t d = 0; d < a.size(); ++d)
    if (a[d] != b[d] && static_cast<int64_t>(d) != axis)
      return {};
  return nn::ConcatOp::create(builder, loc, ValueRange{x, y}, axis);
}

} // namespace bnopt::property
