//===- NNAdjointsResize.cpp - Adjoint of resampling -----------------------===//
//
// Resampling is linear, one dimension after the other: y = W·x with a matrix W
// of one row per result pixel. Its adjoint is Wᵀ. Where each pixel is repeated
// as often as every other, that is the sum of neighbours.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// Wᵀ, row-major, of a dimension of `from` elements resampled to `to`.
static SmallVector<double> getTransposedWeights(ResizeOp op, int64_t from,
                                                int64_t to) {
  SmallVector<double> weights(from * to, 0);
  const bool asymmetric = op.getAsymmetric();
  const bool nearest = op.getMode() == ResizeMode::Nearest;
  const double step = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t at = 0; at < to; ++at) {
    const auto position = static_cast<double>(at);
    const double source =
        std::clamp(asymmetric ? position * step : (position + 0.5) * step - 0.5,
                   0.0, static_cast<double>(from - 1));
    // Half rounds down.
    const double below =
        nearest && !asymmetric ? std::ceil(source - 0.5) : std::floor(source);
    const auto low = static_cast<int64_t>(below);
    const double share = nearest ? 0 : source - below;
    weights[low * to + at] += 1 - share;
    weights[std::min(low + 1, from - 1) * to + at] += share;
  }
  return weights;
}

/// `gradient` with dimension `dim` as a row of its own: outer × size × inner.
static SmallVector<int64_t> viewDimension(ArrayRef<int64_t> shape,
                                          int64_t dim) {
  SmallVector<int64_t> view = {1, shape[dim], 1};
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (static_cast<int64_t>(index) != dim)
      view[static_cast<int64_t>(index) < dim ? 0 : 2] *= size;
  }
  return view;
}

static Value applyAdjoint(ResizeOp op, AdjointBuilder &b, Value gradient,
                          int64_t dim) {
  const int64_t from = op.getInput().getType().getDimSize(dim);
  const int64_t to = op.getType().getDimSize(dim);
  SmallVector<int64_t> shape(getTensorType(gradient).getShape());
  shape[dim] = from;
  if (op.getMode() == ResizeMode::Nearest && to % from == 0) {
    SmallVector<int64_t> split = shape;
    split.insert(split.begin() + dim + 1, to / from);
    return b.sum(b.reshape(gradient, split), dim + 1, /*keepDims=*/false);
  }
  OpBuilder &builder = b.getBuilder();
  Type elementType = op.getType().getElementType();
  const auto elements = llvm::map_to_vector(
      getTransposedWeights(op, from, to), [&](double weight) -> Attribute {
        return FloatAttr::get(elementType, weight);
      });
  Value weights = arith::ConstantOp::create(
      builder, b.getLoc(),
      DenseElementsAttr::get(RankedTensorType::get({1, from, to}, elementType),
                             elements));
  Value rows = b.reshape(
      gradient, viewDimension(getTensorType(gradient).getShape(), dim));
  return b.reshape(b.create<MatMulOp>(weights, rows), shape);
}

FailureOr<Gradients> ResizeOp::buildAdjoint(OpBuilder &builder,
                                            const AdjointRequest &request,
                                            std::string &) {
  AdjointBuilder b(builder, *this);
  Value gradient = request.getOutput();
  for (int64_t dim = getType().getRank() - 1; dim >= 2; --dim)
    if (getInput().getType().getDimSize(dim) != getType().getDimSize(dim))
      gradient = applyAdjoint(*this, b, gradient, dim);
  return single(gradient);
}
