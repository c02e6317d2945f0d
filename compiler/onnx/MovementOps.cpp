//===- MovementOps.cpp - tensors joined, cut, padded and resampled --------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"
#include <cmath>
#include <limits>

using namespace mlir;

namespace bnopt::onnx_import {

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static LogicalResult importConcat(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  auto axis = node.getAxis("axis", 1, getTensorType(inputs->front()).getRank());
  if (failed(axis))
    return failure();
  auto op = node.create<nn::ConcatOp>(*inputs, node.integer("axis", *axis));
  if (failed(op))
    return failure();
  // Batches that are joined are no multiple of one batch any more.
  if (getTensorType(op->getResult()).isDynamicDim(*axis))
    node.getImporter().setBatchFactor(op->getResult(), 0);
  node.setResult(0, op->getResult());
  return success();
}

static LogicalResult importTranspose(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  int64_t rank = getTensorType(*input).getRank();
  SmallVector<int64_t> permutation;
  if (auto given = node.getInts("perm"))
    permutation = *given;
  else
    permutation = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  SmallVector<bool> seen(rank, false);
  for (int64_t dim : permutation) {
    if (dim < 0 || dim >= rank || seen[dim])
      return node.error() << "'Transpose' expects 'perm' to be a permutation "
                             "of "
                          << rank << " dimensions";
    seen[dim] = true;
  }
  if (int64_t(permutation.size()) != rank)
    return node.error() << "'Transpose' expects 'perm' to have " << rank
                        << " values, but got " << permutation.size();
  return node.replaceWith<nn::TransposeOp>(
      *input, node.integers("permutation", permutation));
}

//===----------------------------------------------------------------------===//
// Slice and Split
//===----------------------------------------------------------------------===//

namespace {
/// A slice of a whole tensor, one entry per dimension.
struct SliceBounds {
  SmallVector<int64_t> offsets, sizes, steps;

  explicit SliceBounds(RankedTensorType type)
      : offsets(type.getRank(), 0), sizes(type.getShape()),
        steps(type.getRank(), 1) {}

  LogicalResult build(Node &node, Value input, int output) const {
    auto op = node.create<nn::SliceOp>(
        input, {node.integers("offsets", offsets),
                node.integers("sizes", sizes), node.integers("steps", steps)});
    if (succeeded(op))
      node.setResult(output, op->getResult());
    return op;
  }
};
} // namespace

/// Integers of input `index`, or of attribute `name` before operator set 10.
static FailureOr<std::optional<SmallVector<int64_t>>>
readSliceList(Node &node, StringRef name, int index) {
  if (node.getOpset() < 10)
    return node.getInts(name);
  if (!node.hasInput(index))
    return std::optional<SmallVector<int64_t>>();
  auto values = node.getIntegers(index);
  if (failed(values))
    return failure();
  return std::optional<SmallVector<int64_t>>(*values);
}

/// Offset and number of the elements from `start` towards `end`, both
/// clamped to `size` elements as in NumPy.
static void clampSlice(int64_t size, int64_t start, int64_t end, int64_t step,
                       int64_t &offset, int64_t &count) {
  auto clamp = [&](int64_t at, int64_t low, int64_t high) {
    at = at < 0 && at >= -size ? at + size : at;
    return std::min(std::max(at, low), high);
  };
  bool forward = step > 0;
  offset = forward ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  int64_t stop = forward ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  int64_t distance = forward ? stop - offset : offset - stop;
  int64_t stride = forward ? step : -step;
  count = distance <= 0 ? 0 : (distance + stride - 1) / stride;
}

static LogicalResult importSlice(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto starts = readSliceList(node, "starts", 1);
  auto ends = readSliceList(node, "ends", 2);
  auto axes = readSliceList(node, "axes", 3);
  auto steps = readSliceList(node, "steps", 4);
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  size_t count = *starts ? (*starts)->size() : 0;
  if (count == 0 || !*ends || (*ends)->size() != count ||
      (*axes && (*axes)->size() != count) ||
      (*steps && (*steps)->size() != count))
    return node.error() << "'Slice' expects starts, ends, axes and steps of "
                           "one length";

  RankedTensorType type = getTensorType(*input);
  SliceBounds bounds(type);
  for (size_t i = 0; i < count; ++i) {
    auto axis =
        node.normalizeAxis(*axes ? (**axes)[i] : int64_t(i), type.getRank());
    if (failed(axis))
      return failure();
    int64_t start = (**starts)[i], end = (**ends)[i];
    int64_t step = *steps ? (**steps)[i] : 1;
    if (step == 0 || step == std::numeric_limits<int64_t>::min())
      return node.error() << "'Slice' expects steps other than 0";
    bool isWhole =
        start == 0 && step == 1 && end >= std::numeric_limits<int32_t>::max();
    if (isWhole)
      continue;
    if (type.isDynamicDim(*axis))
      return node.error() << "'Slice' of the dynamic dimension " << *axis
                          << " is not supported; fix it with --input-shape";
    bounds.steps[*axis] = step;
    clampSlice(type.getDimSize(*axis), start, end, step, bounds.offsets[*axis],
               bounds.sizes[*axis]);
  }
  return bounds.build(node, *input, 0);
}

/// Sizes of the parts: given as an attribute or (since operator set 13) as an
/// input, or equal but for a smaller last one.
static FailureOr<SmallVector<int64_t>> readParts(Node &node, int64_t size) {
  if (auto parts = node.getInts("split"))
    return *parts;
  if (node.hasInput(1))
    return node.getIntegers(1);
  int64_t count = node.getInt("num_outputs", node.getNumOutputs());
  if (count < 1 || count != node.getNumOutputs())
    return node.error() << "'Split' into " << count << " parts has "
                        << node.getNumOutputs() << " outputs";
  int64_t part = (size + count - 1) / count;
  if (part * (count - 1) > size)
    return node.error() << "'Split' cannot cut " << size << " elements into "
                        << count << " parts";
  SmallVector<int64_t> parts(count, part);
  parts.back() = size - part * (count - 1);
  return parts;
}

static LogicalResult importSplit(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  RankedTensorType type = getTensorType(*input);
  auto axis = node.getAxis("axis", 0, type.getRank());
  if (failed(axis))
    return failure();
  if (type.isDynamicDim(*axis))
    return node.error() << "'Split' of the dynamic dimension " << *axis
                        << " is not supported; fix it with --input-shape";
  auto parts = readParts(node, type.getDimSize(*axis));
  if (failed(parts))
    return failure();
  if (int64_t(parts->size()) != node.getNumOutputs())
    return node.error() << "'Split' into " << parts->size() << " parts has "
                        << node.getNumOutputs() << " outputs";
  SliceBounds bounds(type);
  int64_t offset = 0;
  for (auto [i, part] : llvm::enumerate(*parts)) {
    bounds.offsets[*axis] = offset;
    bounds.sizes[*axis] = part;
    offset += part;
    if (node.isOutputUsed(i) && failed(bounds.build(node, *input, i)))
      return failure();
  }
  if (offset != type.getDimSize(*axis))
    return node.error() << "'Split' expects parts that add up to "
                        << type.getDimSize(*axis) << ", but they add up to "
                        << offset;
  return success();
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// Pads for all dimensions: attribute before operator set 11, then an input,
/// for some axes only since operator set 18.
static FailureOr<SmallVector<int64_t>> readPads(Node &node, int64_t rank) {
  if (node.getOpset() < 11)
    return node.getInts("pads").value_or(SmallVector<int64_t>());
  auto given = node.getIntegers(1);
  if (failed(given) || !node.hasInput(3))
    return given;
  auto axes = node.getIntegers(3);
  if (failed(axes))
    return failure();
  if (given->size() != 2 * axes->size())
    return node.error() << "'Pad' expects two pads per axis, but got "
                        << given->size() << " for " << axes->size();
  SmallVector<int64_t> pads(2 * rank, 0);
  for (auto [i, signedAxis] : llvm::enumerate(*axes)) {
    auto axis = node.normalizeAxis(signedAxis, rank);
    if (failed(axis))
      return failure();
    pads[*axis] = (*given)[i];
    pads[*axis + rank] = (*given)[i + axes->size()];
  }
  return pads;
}

static LogicalResult importPad(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto pads = readPads(node, getTensorType(*input).getRank());
  if (failed(pads))
    return failure();
  StringRef name = node.getString("mode", "constant");
  auto mode = nn::symbolizePadMode(name);
  if (!mode)
    return node.unsupported("mode", name, "constant, reflect and edge");
  double value = node.getFloat("value", 0.0);
  if (node.getOpset() >= 11 && node.hasInput(2)) {
    auto given = node.getScalar(2);
    if (failed(given))
      return failure();
    value = *given;
  }
  if (llvm::all_of(*pads, [](int64_t pad) { return pad == 0; }))
    return node.forward(0, 0);
  return node.replaceWith<nn::PadOp>(
      *input,
      {node.integers("pads", *pads), node.number("value", value),
       node.attribute("mode", nn::PadModeAttr::get(
                                  node.getBuilder().getContext(), *mode))});
}

ArrayRef<Operator> getMovementOperators() {
  static const Operator operators[] = {
      {"Concat", importConcat, 1, anyNumber, 1},
      {"Pad", importPad, 1, 4, 2},
      {"Slice", importSlice, 1, 5, 1},
      {"Split", importSplit, 1, 2, 2},
      {"Transpose", importTranspose, 1, 1, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
