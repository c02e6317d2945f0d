//===- NNAdjointsReduction.cpp - Adjoints of pools and reductions ---------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

FailureOr<Gradients> MaxPoolOp::buildAdjoint(OpBuilder &builder,
                                             const AdjointRequest &request,
                                             std::string &) {
  AdjointBuilder b(builder, *this);
  return single(b.create<MaxPoolGradientOp>(
      getInput().getType(), getInput(), request.getOutput(),
      getKernelShapeAttr(), getStridesAttr(), getPadsAttr(), getDilationsAttr(),
      getCeilModeAttr()));
}

FailureOr<Gradients> AveragePoolOp::buildAdjoint(OpBuilder &builder,
                                                 const AdjointRequest &request,
                                                 std::string &) {
  AdjointBuilder b(builder, *this);
  return single(b.create<AveragePoolGradientOp>(
      getInput().getType(), request.getOutput(), getKernelShapeAttr(),
      getStridesAttr(), getPadsAttr(), getDilationsAttr(), getCeilModeAttr(),
      getCountIncludePadAttr()));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// `reduced`, of the shape of the result of `op`, with the reduced dimensions
/// as ones.
template <typename Op>
static Value keepDimensions(Op op, AdjointBuilder &b, Value reduced) {
  SmallVector<int64_t> shape(op.getInput().getType().getShape());
  for (int64_t axis : op.getAxes())
    shape[axis] = 1;
  return b.reshape(reduced, shape);
}

/// Number of elements that become one.
template <typename Op>
static int64_t getReducedCount(Op op) {
  int64_t count = 1;
  for (int64_t axis : op.getAxes())
    count *= op.getInput().getType().getDimSize(axis);
  return count;
}

FailureOr<Gradients> ReduceSumOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &) {
  AdjointBuilder b(builder, *this);
  return single(b.expandTo(keepDimensions(*this, b, request.getOutput()),
                           getInput().getType()));
}

FailureOr<Gradients> ReduceMeanOp::buildAdjoint(OpBuilder &builder,
                                                const AdjointRequest &request,
                                                std::string &) {
  AdjointBuilder b(builder, *this);
  const auto count = static_cast<double>(getReducedCount(*this));
  // No element gets a share of the mean of none.
  Value share = b.scale(request.getOutput(), count > 0 ? 1 / count : 0);
  return single(
      b.expandTo(keepDimensions(*this, b, share), getInput().getType()));
}

// Several maxima share the gradient.
FailureOr<Gradients> ReduceMaxOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &) {
  AdjointBuilder b(builder, *this);
  Value lead = b.sub(getInput(), keepDimensions(*this, b, getResult()));
  Value ones = createSplat(builder, getLoc(), getInput().getType(), 1);
  Value isMaximum = b.keepFrom(ones, lead, 0);
  Value share = b.div(keepDimensions(*this, b, request.getOutput()),
                      b.sum(isMaximum, getAxes(), /*keepDims=*/true));
  return single(b.mul(isMaximum, share));
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

// dx = y·(dy − Σ dy·y)
FailureOr<Gradients> SoftmaxOp::buildAdjoint(OpBuilder &builder,
                                             const AdjointRequest &request,
                                             std::string &) {
  AdjointBuilder b(builder, *this);
  Value y = getResult(), dy = request.getOutput();
  const auto axis = static_cast<int64_t>(getAxis());
  Value projection = b.sum(b.mul(dy, y), axis, /*keepDims=*/true);
  return single(b.mul(y, b.sub(dy, projection)));
}

/// The sum of neighbouring channels, from c − `before` to c + `after`: a pool
/// over the channels as the rows of an image.
static Value sumChannels(AdjointBuilder &b, Value value, int64_t before,
                         int64_t after) {
  const SmallVector<int64_t> shape(getTensorType(value).getShape());
  const int64_t size = before + 1 + after;
  int64_t positions = 1;
  for (int64_t dim : ArrayRef(shape).drop_front(2))
    positions *= dim;
  Value image = b.reshape(value, {shape[0], 1, shape[1], positions});
  OpBuilder &builder = b.getBuilder();
  Value mean = b.create<AveragePoolOp>(
      image, builder.getDenseI64ArrayAttr({size, 1}), DenseI64ArrayAttr(),
      builder.getDenseI64ArrayAttr({before, 0, after, 0}), DenseI64ArrayAttr(),
      UnitAttr(), builder.getUnitAttr());
  return b.reshape(b.scale(mean, static_cast<double>(size)), shape);
}

// With D = bias + alpha/size·Σ_j x_j², y = x·D^−beta:
// dx_j = dy_j·D_j^−beta − 2·alpha·beta/size·x_j·Σ_c dy_c·y_c/D_c
// over the channels c whose sum has x_j.
FailureOr<Gradients> LocalResponseNormOp::buildAdjoint(
    OpBuilder &builder, const AdjointRequest &request, std::string &) {
  AdjointBuilder b(builder, *this);
  Value x = getInput(), dy = request.getOutput();
  const auto size = static_cast<int64_t>(getSize());
  const double beta = getBeta().convertToDouble();
  const double share = getAlpha().convertToDouble() / static_cast<double>(size);
  const int64_t before = (size - 1) / 2, after = size - 1 - before;
  Value squares = sumChannels(b, b.mul(x, x), before, after);
  Value base =
      b.addNumber(b.scale(squares, share), getBias().convertToDouble());
  auto scalar = RankedTensorType::get({}, getType().getElementType());
  Value factor =
      b.create<PowOp>(base, createSplat(builder, getLoc(), scalar, -beta));
  // Channel j is in the sums of j − after to j + before.
  Value sums =
      sumChannels(b, b.div(b.mul(dy, getResult()), base), after, before);
  Value others = b.scale(b.mul(x, sums), 2 * share * beta);
  return single(b.sub(b.mul(dy, factor), others));
}
