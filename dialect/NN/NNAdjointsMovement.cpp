//===- NNAdjointsMovement.cpp - Adjoints of operators that move -----------===//
//
// Where an element goes, its gradient comes from; what is read several times
// is summed, and what is not read gets 0.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNAdjointBuilder.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

#include <cstdlib>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

FailureOr<Gradients> ConcatOp::buildAdjoint(OpBuilder &builder,
                                            const AdjointRequest &request,
                                            std::string &) {
  AdjointBuilder b(builder, *this);
  const auto axis = static_cast<int64_t>(getAxis());
  Gradients gradients = request.makeGradients();
  int64_t offset = 0;
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    const int64_t size = getTensorType(input).getDimSize(axis);
    if (request.isNeeded(index))
      gradients[index] = b.slice(request.getOutput(), axis, offset, size);
    offset += size;
  }
  return gradients;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

static Value reverse(AdjointBuilder &b, Value value, int64_t dim) {
  const int64_t size = getTensorType(value).getDimSize(dim);
  return size < 2 ? value : b.slice(value, dim, size - 1, size, -1);
}

/// Puts `step` − 1 zeros between elements along `dim`.
static Value spread(AdjointBuilder &b, Value value, int64_t dim, int64_t step) {
  SmallVector<int64_t> shape(getTensorType(value).getShape());
  const int64_t size = shape[dim];
  if (step == 1 || size < 2)
    return value;
  SmallVector<int64_t> split = shape;
  split.insert(split.begin() + dim + 1, 1);
  value = b.pad(b.reshape(value, split), dim + 1, 0, step - 1);
  shape[dim] = size * step;
  return b.slice(b.reshape(value, shape), dim, 0, (size - 1) * step + 1);
}

FailureOr<Gradients> SliceOp::buildAdjoint(OpBuilder &builder,
                                           const AdjointRequest &request,
                                           std::string &) {
  AdjointBuilder b(builder, *this);
  Value gradient = request.getOutput();
  for (auto [index, total] : llvm::enumerate(getInput().getType().getShape())) {
    const auto dim = static_cast<int64_t>(index);
    const int64_t size = getSizes()[dim], step = getSteps()[dim];
    if (size == 0)
      return single(createSplat(builder, getLoc(), getInput().getType(), 0));
    int64_t first = getOffsets()[dim];
    if (step < 0) {
      gradient = reverse(b, gradient, dim);
      first += (size - 1) * step;
    }
    gradient = spread(b, gradient, dim, std::abs(step));
    const int64_t read = getTensorType(gradient).getDimSize(dim);
    gradient = b.pad(gradient, dim, first, total - first - read);
  }
  return single(gradient);
}

//===----------------------------------------------------------------------===//
// Pads
//===----------------------------------------------------------------------===//

/// What a margin of `gradient` along `dim`, given as a slice, adds to an input
/// of `size` elements. Reflection reads the elements beside the outermost one,
/// in reverse.
static Value foldMargin(AdjointBuilder &b, Value margin, int64_t dim,
                        int64_t size, bool isLow, PadMode mode) {
  if (mode == PadMode::Edge) {
    Value sum = b.sum(margin, dim, /*keepDims=*/true);
    return isLow ? b.pad(sum, dim, 0, size - 1) : b.pad(sum, dim, size - 1, 0);
  }
  const int64_t count = getTensorType(margin).getDimSize(dim);
  Value reversed = reverse(b, margin, dim);
  return isLow ? b.pad(reversed, dim, 1, size - 1 - count)
               : b.pad(reversed, dim, size - 1 - count, 1);
}

FailureOr<Gradients> PadOp::buildAdjoint(OpBuilder &builder,
                                         const AdjointRequest &request,
                                         std::string &) {
  AdjointBuilder b(builder, *this);
  Value gradient = request.getOutput();
  const ArrayRef<int64_t> shape = getInput().getType().getShape();
  const auto rank = static_cast<int64_t>(shape.size());
  for (int64_t dim = 0; dim < rank; ++dim) {
    const int64_t low = getPads()[dim], high = getPads()[rank + dim];
    Value inner = b.slice(gradient, dim, low, shape[dim]);
    if (getMode() != PadMode::Constant && shape[dim] > 0) {
      if (low > 0)
        inner = b.add(inner, foldMargin(b, b.slice(gradient, dim, 0, low), dim,
                                        shape[dim], true, getMode()));
      if (high > 0)
        inner = b.add(
            inner, foldMargin(b, b.slice(gradient, dim, low + shape[dim], high),
                              dim, shape[dim], false, getMode()));
    }
    gradient = inner;
  }
  return single(gradient);
}

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

FailureOr<Gradients> ReshapeOp::buildAdjoint(OpBuilder &builder,
                                             const AdjointRequest &request,
                                             std::string &) {
  AdjointBuilder b(builder, *this);
  return single(
      b.reshape(request.getOutput(), getInput().getType().getShape()));
}

FailureOr<Gradients> TransposeOp::buildAdjoint(OpBuilder &builder,
                                               const AdjointRequest &request,
                                               std::string &) {
  AdjointBuilder b(builder, *this);
  return single(b.transpose(request.getOutput(),
                            invertPermutationVector(getPermutation())));
}

// The transpose of a C/g×g matrix is that of a g×C/g matrix, back.
FailureOr<Gradients>
ChannelShuffleOp::buildAdjoint(OpBuilder &builder,
                               const AdjointRequest &request, std::string &) {
  AdjointBuilder b(builder, *this);
  const int64_t channels = getInput().getType().getDimSize(1);
  return single(b.create<ChannelShuffleOp>(
      request.getOutput(),
      builder.getI64IntegerAttr(channels / static_cast<int64_t>(getGroups()))));
}

FailureOr<Gradients> DepthToSpaceOp::buildAdjoint(OpBuilder &builder,
                                                  const AdjointRequest &request,
                                                  std::string &) {
  AdjointBuilder b(builder, *this);
  const ArrayRef<int64_t> shape = getInput().getType().getShape();
  const auto block = static_cast<int64_t>(getBlockSize());
  // N×C'×H×r×W×r; the blocks go beside the channels.
  Value split =
      b.reshape(request.getOutput(), {shape[0], shape[1] / (block * block),
                                      shape[2], block, shape[3], block});
  const SmallVector<int64_t> permutation =
      getColumnRowDepth() ? SmallVector<int64_t>{0, 1, 3, 5, 2, 4}
                          : SmallVector<int64_t>{0, 3, 5, 1, 2, 4};
  return single(b.reshape(b.transpose(split, permutation), shape));
}
