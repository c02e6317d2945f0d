//===- ReductionOps.cpp - reductions and softmax --------------------------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt::onnx_import {

/// Axes of a reduction: an attribute first, an input since operator set 13
/// (sum) or 18 (others). None, or an empty list, means all.
template <typename ReduceOp>
static LogicalResult importReduce(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  int64_t rank = cast<RankedTensorType>(input->getType()).getRank();
  SmallVector<int64_t> axes =
      node.getInts("axes").value_or(SmallVector<int64_t>());
  if (node.hasInput(1)) {
    auto given = node.getIntegers(1);
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (axes.empty()) {
    if (node.getInt("noop_with_empty_axes", 0))
      return node.forward(0, 0);
    llvm::append_range(axes, llvm::seq<int64_t>(0, rank));
  }
  for (int64_t &axis : axes) {
    auto normal = node.normalizeAxis(axis, rank);
    if (failed(normal))
      return failure();
    axis = *normal;
  }
  llvm::sort(axes);
  SmallVector<NamedAttribute> attributes = {node.integers("axes", axes)};
  if (node.getInt("keepdims", 1))
    attributes.push_back(node.unit("keep_dims"));
  return node.replaceWith<ReduceOp>(*input, attributes);
}

/// Softmax over all dimensions from `axis` on, as before operator set 13.
static FailureOr<Value> flattenedSoftmax(Node &node, Value input,
                                         int64_t axis) {
  auto type = cast<RankedTensorType>(input.getType());
  // One dimension that varies is a softmax along it.
  SmallVector<int64_t> varying;
  for (int64_t d = axis; d < type.getRank(); ++d)
    if (type.getDimSize(d) != 1)
      varying.push_back(d);
  Value flat = input;
  int64_t factor = node.getImporter().getBatchFactor(input);
  if (varying.size() > 1) {
    SmallVector<int64_t> shape(type.getShape().take_front(axis));
    int64_t size = 1;
    for (int64_t dim : type.getShape().drop_front(axis))
      size = ShapedType::isDynamic(dim) || size < 0 ? ShapedType::kDynamic
                                                    : size * dim;
    shape.push_back(size);
    auto reshaped = node.reshape(
        input, RankedTensorType::get(shape, type.getElementType()), factor);
    if (failed(reshaped))
      return failure();
    flat = *reshaped;
  } else if (!varying.empty()) {
    axis = varying.front();
  }
  auto softmax = node.createAs<nn::SoftmaxOp>(flat.getType(), flat,
                                              node.integer("axis", axis));
  if (failed(softmax))
    return failure();
  return node.reshape(softmax->getResult(), type, factor);
}

static FailureOr<Value> buildSoftmax(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  bool flattens = node.getOpset() < 13;
  int64_t rank = cast<RankedTensorType>(input->getType()).getRank();
  auto axis = node.getAxis("axis", flattens ? 1 : -1, rank);
  if (failed(axis))
    return failure();
  if (flattens)
    return flattenedSoftmax(node, *input, *axis);
  auto op = node.createAs<nn::SoftmaxOp>(input->getType(), *input,
                                         node.integer("axis", *axis));
  if (failed(op))
    return failure();
  return op->getResult();
}

static LogicalResult importSoftmax(Node &node) {
  auto result = buildSoftmax(node);
  if (succeeded(result))
    node.setResult(0, *result);
  return result;
}

static LogicalResult importLogSoftmax(Node &node) {
  auto result = buildSoftmax(node);
  if (failed(result))
    return failure();
  return node.replaceWithAs<nn::LogOp>(result->getType(), *result);
}

ArrayRef<Operator> getReductionOperators() {
  static const Operator operators[] = {
      {"LogSoftmax", importLogSoftmax, 1, 1, 1},
      {"ReduceMax", importReduce<nn::ReduceMaxOp>, 1, 2, 1},
      {"ReduceMean", importReduce<nn::ReduceMeanOp>, 1, 2, 1},
      {"ReduceSum", importReduce<nn::ReduceSumOp>, 1, 2, 1},
      {"Softmax", importSoftmax, 1, 1, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
