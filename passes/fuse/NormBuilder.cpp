//===- NormBuilder.cpp - The parts of norms over rows ---------------------===//

#include "passes/fuse/NormBuilder.h"

#include "passes/fold/ConstantData.h"
#include "passes/lower/TileModel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/Sequence.h"

#include <algorithm>

using namespace mlir;

namespace bnopt {

Value NormBuilder::getMean(Value x, ArrayRef<int64_t> axes) {
  return nn::ReduceMeanOp::create(rewriter, loc, x,
                                  rewriter.getDenseI64ArrayAttr(axes),
                                  rewriter.getUnitAttr());
}

Value NormBuilder::getSum(Value x, ArrayRef<int64_t> axes) {
  if (axes.empty())
    return x;
  return nn::ReduceSumOp::create(
      rewriter, loc, x, rewriter.getDenseI64ArrayAttr(axes), UnitAttr());
}

Value NormBuilder::center(Value x, ArrayRef<int64_t> axes) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.hasStaticShape()) {
    SmallVector<int64_t> sizes(type.getShape());
    for (int64_t axis : axes)
      sizes[axis] = 1;
    const SmallVector<int64_t> offsets(type.getRank(), 0),
        steps(type.getRank(), 1);
    Value first = nn::SliceOp::create(rewriter, loc, x, offsets, sizes, steps);
    x = apply<nn::SubOp>(x, first);
  }
  return apply<nn::SubOp>(x, getMean(x, axes));
}

Value NormBuilder::getRoot(Value x, ArrayRef<int64_t> axes,
                           const APFloat &epsilon) {
  Value moment = getMean(apply<nn::MulOp>(x, x), axes);
  Value constant =
      createConstant(rewriter, loc, "epsilon",
                     RankedTensorType::get({}, getElementTypeOrSelf(x)),
                     epsilon.convertToDouble());
  return nn::SqrtOp::create(rewriter, loc, apply<nn::AddOp>(moment, constant));
}

Value NormBuilder::getZeros(RankedTensorType type) {
  return arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(type));
}

Value NormBuilder::reshape(Value value, RankedTensorType type) {
  if (value.getType() == type)
    return value;
  return nn::ReshapeOp::create(rewriter, loc, type, value);
}

/// Null where `parameter` is neutral.
Value NormBuilder::getParameter(Value x, Value parameter,
                                ArrayRef<int64_t> shape, double neutral) {
  if (!parameter)
    return {};
  auto type = RankedTensorType::get(shape, getElementTypeOrSelf(x));
  if (auto data = ConstantData::get(parameter)) {
    const std::vector<double> values = data->toDoubles();
    if (llvm::all_of(values, [&](double v) { return v == neutral; }))
      return {};
    parameter = createConstant(rewriter, loc, "parameter", type, values);
  }
  return reshape(parameter, type);
}

bool hasTypeOf(Value parameter, Value data) {
  return !parameter || ConstantData::get(parameter) ||
         getElementTypeOrSelf(parameter) == getElementTypeOrSelf(data);
}

SmallVector<int64_t> getAxesFrom(int64_t first, RankedTensorType type) {
  return llvm::to_vector(llvm::seq(first, type.getRank()));
}

FailureOr<RankedTensorType> getGroupedType(RankedTensorType type,
                                           int64_t groups) {
  if (groups == type.getDimSize(1) && type.getRank() > 2)
    return type;
  if (ShapedType::isDynamicShape(type.getShape().drop_front()))
    return failure();
  const int64_t elements =
      ShapedType::getNumElements(type.getShape().drop_front());
  return RankedTensorType::get({type.getDimSize(0), groups, elements / groups},
                               type.getElementType());
}

/// A row is summed by one thread; beyond this, as long as it takes to wake
/// another a few times.
static constexpr int64_t maximumSingleRow = 1 << 18;

/// Elements of a row whose gradients of scale and offset are summed in f64 on
/// the stack.
static constexpr int64_t maximumGradientRow = 1 << 14;

/// Rows, or blocks of the channels of a sample, that are computed independently
/// of each other.
static int64_t countRows(Operation *op, ArrayRef<int64_t> shape) {
  if (auto groups = op->getAttrOfType<IntegerAttr>("groups"))
    return shape[0] * std::clamp<int64_t>(shape[1] / leastLaneChannels, 1,
                                          groups.getInt());
  auto axis = op->getAttrOfType<IntegerAttr>("axis");
  return ShapedType::getNumElements(shape.take_front(axis.getInt()));
}

bool hasNormKernel(Operation *op) {
  const auto isKnown = [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return tensor.hasStaticShape() && tensor.getElementType().isF32();
  };
  if (!llvm::all_of(op->getOperandTypes(), isKnown) ||
      !llvm::all_of(op->getResultTypes(), isKnown))
    return false;
  const auto shape =
      cast<RankedTensorType>(op->getOperand(0).getType()).getShape();
  const int64_t elements = ShapedType::getNumElements(shape);
  if (elements == 0)
    return false;
  const int64_t rows = countRows(op, shape);
  if (isa<bn::LayerNormGradientOp, bn::RMSNormGradientOp>(op))
    return rows > 1 && elements / rows <= maximumGradientRow;
  return rows > 1 || elements <= maximumSingleRow;
}

SmallVector<int64_t> getChannelShape(RankedTensorType type) {
  SmallVector<int64_t> shape(type.getRank() - 1, 1);
  shape[0] = type.getDimSize(1);
  return shape;
}

} // namespace bnopt
