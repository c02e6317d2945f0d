//===- NNMovesMovement.cpp - Scale-shifts pass data movement --------------===//
//
// What only moves elements lets a scale-shift pass where the elements of each
// feature stay in one slice along one dimension: its values are permuted,
// repeated or picked.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

/// Values of `numFeatures` features along `featureIndex`, those of feature c
/// being those of `values` at `source(c)`.
template <typename Source>
static ScaleAndShift gather(const ScaleAndShift &values, int64_t numFeatures,
                            int64_t featureIndex, Source &&source) {
  ScaleAndShift result(numFeatures, featureIndex);
  for (int64_t c = 0; c < numFeatures; ++c) {
    result.scale[c] = values.scale[source(c)];
    result.shift[c] = values.shift[source(c)];
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Concatenation
//===----------------------------------------------------------------------===//

/// Where the elements of operand `operand` begin along the joined dimension;
/// none if it is not known.
static std::optional<int64_t> getOffset(ConcatOp op, unsigned operand) {
  int64_t offset = 0;
  for (Value input : op.getInputs().take_front(operand)) {
    const int64_t size =
        getTensorType(input).getDimSize(static_cast<int64_t>(op.getAxis()));
    if (ShapedType::isDynamic(size))
      return std::nullopt;
    offset += size;
  }
  return offset;
}

ScaleShiftMoves ConcatOp::moveScaleShiftUp(const ScaleAndShift &below,
                                           std::string &reason) {
  const bool isSplit = static_cast<int64_t>(getAxis()) == below.featureIndex;
  ScaleShiftMove way;
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    if (!isSplit) {
      way.operands.push_back({static_cast<unsigned>(index), below});
      continue;
    }
    const std::optional<int64_t> offset = getOffset(*this, index);
    const int64_t size = getTensorType(input).getDimSize(below.featureIndex);
    if (!offset || ShapedType::isDynamic(size))
      return refuse(reason, *this, "joins unknown numbers of features");
    way.operands.push_back({static_cast<unsigned>(index),
                            gather(below, size, below.featureIndex,
                                   [&](int64_t c) { return *offset + c; })});
  }
  return SmallVector<ScaleShiftMove>{std::move(way)};
}

FailureOr<ScaleAndShift>
ConcatOp::moveScaleShiftDown(unsigned operand, const ScaleAndShift &above,
                             bool &, std::string &reason) {
  if (static_cast<int64_t>(getAxis()) != above.featureIndex)
    return refuse(reason, *this, "joins something that is not scaled");
  const std::optional<int64_t> offset = getOffset(*this, operand);
  const int64_t size = getType().getDimSize(above.featureIndex);
  if (!offset || ShapedType::isDynamic(size))
    return refuse(reason, *this, "joins unknown numbers of features");
  ScaleAndShift below(size, above.featureIndex);
  llvm::copy(above.scale, below.scale.begin() + *offset);
  llvm::copy(above.shift, below.shift.begin() + *offset);
  return below;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

ScaleShiftMoves SliceOp::moveScaleShiftUp(const ScaleAndShift &below,
                                          std::string &reason) {
  const int64_t dim = below.featureIndex;
  const int64_t size = getTensorType(getInput()).getDimSize(dim);
  if (ShapedType::isDynamic(size))
    return refuse(reason, *this, "picks from an unknown number of features");
  // Features that are not picked may be what they are.
  ScaleAndShift values(size, dim);
  for (size_t c = 0; c < below.numFeatures(); ++c) {
    const int64_t source =
        getOffsets()[dim] + static_cast<int64_t>(c) * getSteps()[dim];
    values.scale[source] = below.scale[c];
    values.shift[source] = below.shift[c];
  }
  return asMove(std::move(values));
}

FailureOr<ScaleAndShift> SliceOp::moveScaleShiftDown(unsigned,
                                                     const ScaleAndShift &above,
                                                     bool &, std::string &) {
  const int64_t dim = above.featureIndex;
  return gather(above, getSizes()[dim], dim, [&](int64_t c) {
    return getOffsets()[dim] + c * getSteps()[dim];
  });
}

//===----------------------------------------------------------------------===//
// Pads
//===----------------------------------------------------------------------===//

/// The value of the margins on the other side of the scale-shift. There is one
/// for all features; those that are t whatever it is do not ask for any.
static FailureOr<double> movePadValue(PadOp op, const ScaleAndShift &values,
                                      bool up, std::string &reason) {
  const int64_t rank = op.getType().getRank();
  if (op.getPads()[values.featureIndex] != 0 ||
      op.getPads()[rank + values.featureIndex] != 0)
    return refuse(reason, op, "adds margins to the features");
  const double value = op.getValue().convertToDouble();
  if (op.getMode() != PadMode::Constant)
    return value;
  std::optional<double> moved;
  for (auto [s, t] : llvm::zip_equal(values.scale, values.shift)) {
    if (!up && s == 0) {
      if (t == value)
        continue;
      return refuse(reason, op, "lets no scale of zero pass downwards");
    }
    const double each = up ? s * value + t : (value - t) / s;
    if (moved.value_or(each) != each)
      return refuse(reason, op, "would need another value for each feature");
    moved = each;
  }
  const double result = moved.value_or(value);
  if (!isRepresentable(result, op.getType().getElementType()) ||
      std::isinf(result) != std::isinf(value))
    return refuse(reason, op,
                  "would get a value that its type cannot hold exactly enough");
  return result;
}

static Value buildPad(OpBuilder &builder, PadOp op, ValueRange operands,
                      const ScaleAndShift &values, bool up) {
  std::string reason;
  auto clone =
      cast<PadOp>(cloneWithOperands(builder, op, operands).getDefiningOp());
  clone.setValue(APFloat(*movePadValue(op, values, up, reason)));
  return clone;
}

ScaleShiftMoves PadOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &reason) {
  const FailureOr<double> value =
      movePadValue(*this, below, /*up=*/true, reason);
  if (failed(value))
    return failure();
  return asMove(below, *value != getValue().convertToDouble());
}

Value PadOp::buildMovedUp(OpBuilder &builder, const ScaleAndShift &below,
                          ValueRange operands) {
  return buildPad(builder, *this, operands, below, /*up=*/true);
}

FailureOr<ScaleAndShift> PadOp::moveScaleShiftDown(unsigned,
                                                   const ScaleAndShift &above,
                                                   bool &changesOperator,
                                                   std::string &reason) {
  const FailureOr<double> value =
      movePadValue(*this, above, /*up=*/false, reason);
  if (failed(value))
    return failure();
  changesOperator = *value != getValue().convertToDouble();
  return above;
}

Value PadOp::buildMovedDown(OpBuilder &builder, unsigned,
                            const ScaleAndShift &above, ValueRange operands) {
  return buildPad(builder, *this, operands, above, /*up=*/false);
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

/// Elements from one index of dimension `dim` to the next; none if unknown.
static std::optional<int64_t> getDistance(RankedTensorType type, int64_t dim) {
  const int64_t distance = getNumElements(type.getShape().drop_front(dim + 1));
  if (ShapedType::isDynamic(distance))
    return std::nullopt;
  return distance;
}

/// `values` along a dimension of `from`, as values along dimension `dim` of
/// `to`, which holds the same elements in another shape; none if an index of
/// `dim` holds elements of several features.
///
/// Element e is of feature ⌊e/p⌋ mod C, and at index ⌊e/q⌋ mod D of a dimension
/// of size D. Where q divides p, and p·C divides q·D, the index tells the
/// feature, ⌊index/(p/q)⌋ mod C. A single feature is everywhere.
static std::optional<ScaleAndShift> reshapeValues(RankedTensorType from,
                                                  RankedTensorType to,
                                                  const ScaleAndShift &values,
                                                  int64_t dim) {
  if (to.isDynamicDim(dim))
    return std::nullopt;
  const int64_t size = to.getDimSize(dim);
  const auto count = static_cast<int64_t>(values.numFeatures());
  if (count == 1)
    return gather(values, size, dim, [](int64_t) { return 0; });
  const auto distance = getDistance(from, values.featureIndex);
  const auto step = getDistance(to, dim);
  if (!distance || !step || *step == 0 || *distance * count == 0 ||
      *distance % *step != 0 || *step * size % (*distance * count) != 0)
    return std::nullopt;
  return gather(values, size, dim, [&](int64_t index) {
    return index / (*distance / *step) % count;
  });
}

/// Along each dimension of `to` that can be, that of the channels first: linear
/// operators absorb along it.
static FailureOr<SmallVector<ScaleAndShift>>
reshapeAlongAll(ReshapeOp op, RankedTensorType from, RankedTensorType to,
                const ScaleAndShift &values, std::string &reason) {
  SmallVector<ScaleAndShift> all;
  const auto append = [&](int64_t dim) {
    if (auto reshaped = reshapeValues(from, to, values, dim))
      all.push_back(std::move(*reshaped));
  };
  if (to.getRank() > 1)
    append(1);
  for (int64_t dim = 0; dim < to.getRank(); ++dim)
    if (dim != 1)
      append(dim);
  if (all.empty())
    return refuse(reason, op, "keeps no dimension of the features");
  return all;
}

ScaleShiftMoves ReshapeOp::moveScaleShiftUp(const ScaleAndShift &below,
                                            std::string &reason) {
  auto all =
      reshapeAlongAll(*this, getType(), getInput().getType(), below, reason);
  if (failed(all))
    return failure();
  SmallVector<ScaleShiftMove> ways;
  for (ScaleAndShift &values : *all)
    ways.push_back({{{0, std::move(values)}}});
  return ways;
}

FailureOr<ScaleAndShift>
ReshapeOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above, bool &,
                              std::string &reason) {
  auto all =
      reshapeAlongAll(*this, getInput().getType(), getType(), above, reason);
  if (failed(all))
    return failure();
  return all->front();
}

//===----------------------------------------------------------------------===//
// Permutations
//===----------------------------------------------------------------------===//

ScaleShiftMoves TransposeOp::moveScaleShiftUp(const ScaleAndShift &below,
                                              std::string &) {
  return asMove(alongDim(below, getPermutation()[below.featureIndex]));
}

FailureOr<ScaleAndShift>
TransposeOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above, bool &,
                                std::string &) {
  const auto *found = llvm::find(getPermutation(), above.featureIndex);
  return alongDim(above, found - getPermutation().begin());
}

/// The channel that becomes channel `c` of the result.
static int64_t getShuffledChannel(ChannelShuffleOp op, int64_t numChannels,
                                  int64_t c) {
  const auto groups = static_cast<int64_t>(op.getGroups());
  return c % groups * (numChannels / groups) + c / groups;
}

ScaleShiftMoves ChannelShuffleOp::moveScaleShiftUp(const ScaleAndShift &below,
                                                   std::string &) {
  if (below.featureIndex != 1)
    return asMove(below);
  ScaleAndShift values = below;
  const auto count = static_cast<int64_t>(below.numFeatures());
  for (int64_t c = 0; c < count; ++c) {
    const int64_t source = getShuffledChannel(*this, count, c);
    values.scale[source] = below.scale[c];
    values.shift[source] = below.shift[c];
  }
  return asMove(std::move(values));
}

FailureOr<ScaleAndShift>
ChannelShuffleOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above,
                                     bool &, std::string &) {
  if (above.featureIndex != 1)
    return above;
  const auto count = static_cast<int64_t>(above.numFeatures());
  return gather(above, count, 1,
                [&](int64_t c) { return getShuffledChannel(*this, count, c); });
}

//===----------------------------------------------------------------------===//
// Blocks of pixels
//===----------------------------------------------------------------------===//

/// The channel of the result that channel `c` of the input becomes pixels of.
static int64_t getPixelChannel(DepthToSpaceOp op, int64_t numChannels,
                               int64_t c) {
  const auto block =
      static_cast<int64_t>(op.getBlockSize() * op.getBlockSize());
  return op.getColumnRowDepth() ? c / block : c % (numChannels / block);
}

static LogicalResult checkNotSpatial(Operation *op, int64_t featureIndex,
                                     std::string &reason) {
  if (featureIndex <= 1)
    return success();
  return refuse(reason, op, "mixes the features with others");
}

ScaleShiftMoves DepthToSpaceOp::moveScaleShiftUp(const ScaleAndShift &below,
                                                 std::string &reason) {
  if (failed(checkNotSpatial(*this, below.featureIndex, reason)))
    return failure();
  if (below.featureIndex == 0)
    return asMove(below);
  const int64_t count = static_cast<int64_t>(below.numFeatures()) *
                        static_cast<int64_t>(getBlockSize() * getBlockSize());
  return asMove(gather(below, count, 1, [&](int64_t c) {
    return getPixelChannel(*this, count, c);
  }));
}

FailureOr<ScaleAndShift>
DepthToSpaceOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above, bool &,
                                   std::string &reason) {
  if (failed(checkNotSpatial(*this, above.featureIndex, reason)))
    return failure();
  if (above.featureIndex == 0)
    return above;
  const auto count = static_cast<int64_t>(above.numFeatures());
  ScaleAndShift below(count /
                      static_cast<int64_t>(getBlockSize() * getBlockSize()));
  std::vector<bool> isKnown(below.numFeatures());
  for (int64_t c = 0; c < count; ++c) {
    const int64_t channel = getPixelChannel(*this, count, c);
    if (isKnown[channel] && (below.scale[channel] != above.scale[c] ||
                             below.shift[channel] != above.shift[c]))
      return refuse(reason, *this, "makes pixels of different features one");
    below.scale[channel] = above.scale[c];
    below.shift[channel] = above.shift[c];
    isKnown[channel] = true;
  }
  return below;
}

// All weights of a resampled pixel add up to 1.

ScaleShiftMoves ResizeOp::moveScaleShiftUp(const ScaleAndShift &below,
                                           std::string &reason) {
  if (failed(checkNotSpatial(*this, below.featureIndex, reason)))
    return failure();
  return asMove(below);
}

FailureOr<ScaleAndShift>
ResizeOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above, bool &,
                             std::string &reason) {
  if (failed(checkNotSpatial(*this, above.featureIndex, reason)))
    return failure();
  return above;
}
