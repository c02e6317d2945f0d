//===- Movement.cpp - Elements chosen and moved ---------------------------===//

#include "compiler/reference/Evaluators.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

namespace bnopt::reference {
namespace {

Tensor evaluate(nn::ConcatOp op, Operands inputs) {
  const int64_t axis = op.getAxis();
  Shape shape(inputs.front()->shape);
  shape[axis] = 0;
  for (const Tensor *input : inputs)
    shape[axis] += input->shape[axis];
  Tensor y(shape);
  const DimensionView into(shape, axis);
  int64_t start = 0;
  for (const Tensor *input : inputs) {
    const DimensionView from(input->shape, axis);
    for (int64_t o = 0; o < from.outer; ++o)
      std::copy_n(input->data.begin() + from.at(o, 0, 0),
                  from.size * from.inner,
                  y.data.begin() + into.at(o, start, 0));
    start += from.size;
  }
  return y;
}

/// y[p] = x[offsets + p·steps]
Tensor evaluate(nn::SliceOp op, Operands operands) {
  const Tensor &x = *operands[0];
  const Shape strides = getRowMajorStrides(x.shape);
  Tensor y(op.getSizes());
  int64_t out = 0;
  forEachPosition(y.shape, [&](llvm::ArrayRef<int64_t> p) {
    int64_t in = 0;
    for (size_t d = 0; d < p.size(); ++d)
      in += (op.getOffsets()[d] + p[d] * op.getSteps()[d]) * strides[d];
    y[out++] = x[in];
  });
  return y;
}

/// The input index that index `at` of a padded dimension reads; none where it
/// is the constant.
std::optional<int64_t> getPadSource(int64_t at, int64_t size,
                                    nn::PadMode mode) {
  if (at >= 0 && at < size)
    return at;
  switch (mode) {
  case nn::PadMode::Constant:
    return std::nullopt;
  case nn::PadMode::Reflect:
    return at < 0 ? -at : 2 * (size - 1) - at;
  case nn::PadMode::Edge:
    return std::clamp<int64_t>(at, 0, size - 1);
  }
  llvm_unreachable("all modes are handled");
}

Tensor evaluate(nn::PadOp op, Operands operands) {
  const Tensor &x = *operands[0];
  const Shape strides = getRowMajorStrides(x.shape);
  const llvm::ArrayRef<int64_t> pads = op.getPads();
  Shape shape(x.shape);
  for (size_t d = 0; d < shape.size(); ++d)
    shape[d] += pads[d] + pads[shape.size() + d];
  Tensor y(shape, op.getValue().convertToDouble());
  int64_t out = -1;
  forEachPosition(shape, [&](llvm::ArrayRef<int64_t> p) {
    ++out;
    int64_t in = 0;
    for (size_t d = 0; d < p.size(); ++d) {
      const auto source =
          getPadSource(p[d] - pads[d], x.shape[d], op.getMode());
      if (!source)
        return;
      in += *source * strides[d];
    }
    y[out] = x[in];
  });
  return y;
}

Tensor evaluate(nn::ReshapeOp op, Operands operands) {
  Tensor y(*operands[0]);
  y.shape = Shape(op.getType().getShape());
  // One unknown size follows from the number of elements.
  int64_t known = 1;
  for (int64_t size : y.shape)
    known *= mlir::ShapedType::isDynamic(size) ? 1 : size;
  for (int64_t &size : y.shape)
    if (mlir::ShapedType::isDynamic(size))
      size = known ? y.size() / known : 0;
  return y;
}

Tensor evaluate(nn::TransposeOp op, Operands operands) {
  const Tensor &x = *operands[0];
  const Shape strides = getRowMajorStrides(x.shape);
  Shape shape, permuted;
  for (int64_t dim : op.getPermutation()) {
    shape.push_back(x.shape[dim]);
    permuted.push_back(strides[dim]);
  }
  Tensor y(shape);
  int64_t out = 0;
  forEachPosition(shape, [&](llvm::ArrayRef<int64_t> p) {
    y[out++] = x[getOffset(p, permuted)];
  });
  return y;
}

/// y[n, c, …] = x[n, (c mod groups)·(C/groups) + ⌊c/groups⌋, …]
Tensor evaluate(nn::ChannelShuffleOp op, Operands operands) {
  const Tensor &x = *operands[0];
  Tensor y(x.shape);
  const DimensionView view(x.shape, 1);
  const int64_t groups = op.getGroups();
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.size; ++c)
      std::copy_n(
          x.data.begin() +
              view.at(o, c % groups * (view.size / groups) + c / groups, 0),
          view.inner, y.data.begin() + view.at(o, c, 0));
  return y;
}

/// Each channel of the result is made of r² channels of the input, one for each
/// position in an r×r block.
Tensor evaluate(nn::DepthToSpaceOp op, Operands operands) {
  const Tensor &x = *operands[0];
  const int64_t block = op.getBlockSize();
  const int64_t channels = x.shape[1] / (block * block);
  const int64_t height = x.shape[2], width = x.shape[3];
  Tensor y({x.shape[0], channels, height * block, width * block});
  int64_t out = 0;
  forEachPosition(y.shape, [&](llvm::ArrayRef<int64_t> p) {
    const int64_t inBlock = p[2] % block * block + p[3] % block;
    const int64_t channel = op.getColumnRowDepth()
                                ? p[1] * block * block + inBlock
                                : inBlock * channels + p[1];
    y[out++] =
        x[((p[0] * x.shape[1] + channel) * height + p[2] / block) * width +
          p[3] / block];
  });
  return y;
}

/// The two input indices between which index `at` of a dimension lies, and the
/// share of the second.
struct Interpolation {
  int64_t low, high;
  double share;
};

Interpolation getInterpolation(nn::ResizeOp op, int64_t at, int64_t from,
                               int64_t to) {
  const double scale = static_cast<double>(from) / to;
  const bool asymmetric = op.getAsymmetric();
  const double exact = asymmetric ? at * scale : (at + 0.5) * scale - 0.5;
  const double source = std::clamp<double>(exact, 0, from - 1);
  if (op.getMode() == nn::ResizeMode::Nearest) {
    // Half rounds down; asymmetric coordinates round down always.
    const double rounded =
        asymmetric ? std::floor(source) : std::ceil(source - 0.5);
    const auto index = static_cast<int64_t>(rounded);
    return {index, index, 0};
  }
  const auto low = static_cast<int64_t>(std::floor(source));
  return {low, std::min(low + 1, from - 1), source - low};
}

/// Linear interpolation along one dimension after the other; nearest is the
/// case in which every share is 0.
Tensor resizeDimension(nn::ResizeOp op, const Tensor &x, int64_t dim,
                       int64_t size) {
  Shape shape(x.shape);
  shape[dim] = size;
  Tensor y(shape);
  const DimensionView from(x.shape, dim), into(shape, dim);
  for (int64_t i = 0; i < size; ++i) {
    const auto [low, high, share] = getInterpolation(op, i, x.shape[dim], size);
    for (int64_t o = 0; o < into.outer; ++o)
      for (int64_t n = 0; n < into.inner; ++n)
        y[into.at(o, i, n)] = share == 0 ? x[from.at(o, low, n)]
                                         : (1 - share) * x[from.at(o, low, n)] +
                                               share * x[from.at(o, high, n)];
  }
  return y;
}

Tensor evaluate(nn::ResizeOp op, Operands operands) {
  Tensor y(*operands[0]);
  for (int64_t dim = 2; dim < y.getRank(); ++dim)
    if (!op.getType().isDynamicDim(dim))
      y = resizeDimension(op, y, dim, op.getType().getDimSize(dim));
  return y;
}

} // namespace

Results evaluateMovement(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<nn::ConcatOp, nn::SliceOp, nn::PadOp, nn::ReshapeOp,
            nn::TransposeOp, nn::ChannelShuffleOp, nn::DepthToSpaceOp,
            nn::ResizeOp>(
          [&](auto typed) { return single(evaluate(typed, operands)); })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
