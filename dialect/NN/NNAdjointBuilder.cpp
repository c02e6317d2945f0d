//===- NNAdjointBuilder.cpp - What adjoints consist of --------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

Value AdjointBuilder::number(Value like, double value) {
  auto type = RankedTensorType::get({}, getTensorType(like).getElementType());
  return createSplat(builder, loc, type, value);
}

Value AdjointBuilder::addNumber(Value value, double addend) {
  return addend == 0 ? value : add(value, number(value, addend));
}

Value AdjointBuilder::scale(Value value, double factor) {
  return factor == 1 ? value : mul(value, number(value, factor));
}

Value AdjointBuilder::oneMinus(Value value) {
  return sub(number(value, 1), value);
}

Value AdjointBuilder::gate(Value gradient, Value value, double lowest,
                           double highest, double slope) {
  return create<GateOp>(gradient, value, builder.getF64FloatAttr(lowest),
                        builder.getF64FloatAttr(highest),
                        builder.getF64FloatAttr(slope));
}

Value AdjointBuilder::keepAbove(Value gradient, Value value, double bound) {
  return gate(gradient, value, bound, INFINITY);
}

Value AdjointBuilder::keepFrom(Value gradient, Value value, double bound) {
  return sub(gradient, gate(gradient, value, -INFINITY, bound));
}

Value AdjointBuilder::sumTo(Value gradient, Type type) {
  ArrayRef<int64_t> from = getTensorType(gradient).getShape();
  ArrayRef<int64_t> to = cast<RankedTensorType>(type).getShape();
  const size_t missing = from.size() - to.size();
  SmallVector<int64_t> axes;
  for (auto [dim, size] : llvm::enumerate(from))
    if (dim < missing || size != to[dim - missing])
      axes.push_back(static_cast<int64_t>(dim));
  Value result = axes.empty() ? gradient : sum(gradient, axes, false);
  return reshape(result, to);
}

Value AdjointBuilder::expandTo(Value value, Type type) {
  if (value.getType() == type)
    return value;
  return add(createSplat(builder, loc, cast<RankedTensorType>(type), 0), value);
}

Value AdjointBuilder::reshape(Value value, ArrayRef<int64_t> shape) {
  RankedTensorType type = getTensorType(value);
  if (type.getShape() == shape)
    return value;
  return create<ReshapeOp>(type.clone(shape), value);
}

Value AdjointBuilder::sum(Value value, ArrayRef<int64_t> axes, bool keepDims) {
  return axes.empty() ? value : create<ReduceSumOp>(value, axes, keepDims);
}

Value AdjointBuilder::transpose(Value value, ArrayRef<int64_t> permutation) {
  return create<TransposeOp>(value, permutation);
}

Value AdjointBuilder::slice(Value value, int64_t dim, int64_t offset,
                            int64_t size, int64_t step) {
  RankedTensorType type = getTensorType(value);
  if (offset == 0 && step == 1 && size == type.getDimSize(dim))
    return value;
  SmallVector<int64_t> offsets(type.getRank(), 0), steps(type.getRank(), 1);
  SmallVector<int64_t> sizes(type.getShape());
  offsets[dim] = offset;
  sizes[dim] = size;
  steps[dim] = step;
  return create<SliceOp>(value, offsets, sizes, steps);
}

Value AdjointBuilder::pad(Value value, int64_t dim, int64_t low, int64_t high) {
  if (low == 0 && high == 0)
    return value;
  const int64_t rank = getTensorType(value).getRank();
  SmallVector<int64_t> pads(2 * rank, 0);
  pads[dim] = low;
  pads[rank + dim] = high;
  return create<PadOp>(value, pads, APFloat(0.0), PadMode::Constant);
}
