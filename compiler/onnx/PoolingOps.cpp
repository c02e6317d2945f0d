//===- PoolingOps.cpp - windows and whole images pooled -------------------===//

#include "compiler/onnx/Window.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt::onnx_import {

template <typename PoolOp>
static LogicalResult importPool(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto window = readWindow(node, cast<RankedTensorType>(input->getType()), {});
  if (failed(window))
    return failure();
  if (node.isOutputUsed(1))
    return node.error() << "'" << node.getType()
                        << "' with its output 'Indices' in use is not "
                           "supported";
  if (node.getInt("storage_order", 0) != 0)
    return node.unsupported("storage_order", "1", "0");
  SmallVector<NamedAttribute> attributes = window->getAttributes(node);
  attributes.push_back(node.integers("kernel_shape", window->kernelShape));
  if (node.getInt("ceil_mode", 0))
    attributes.push_back(node.unit("ceil_mode"));
  if (std::is_same_v<PoolOp, nn::AveragePoolOp> &&
      node.getInt("count_include_pad", 0))
    attributes.push_back(node.unit("count_include_pad"));
  return node.replaceWith<PoolOp>(*input, attributes);
}

/// Pooling of whole images is a reduction over the spatial dimensions.
template <typename ReduceOp>
static LogicalResult importGlobalPool(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  int64_t rank = cast<RankedTensorType>(input->getType()).getRank();
  if (rank < 3)
    return node.error() << "'" << node.getType()
                        << "' expects an input with spatial dimensions, but "
                           "got rank "
                        << rank;
  return node.replaceWith<ReduceOp>(
      *input,
      {node.integers("axes", llvm::to_vector(llvm::seq<int64_t>(2, rank))),
       node.unit("keep_dims")});
}

ArrayRef<Operator> getPoolingOperators() {
  static const Operator operators[] = {
      {"AveragePool", importPool<nn::AveragePoolOp>, 1, 1},
      {"GlobalAveragePool", importGlobalPool<nn::ReduceMeanOp>, 1, 1, 1},
      {"GlobalMaxPool", importGlobalPool<nn::ReduceMaxOp>, 1, 1, 1},
      {"MaxPool", importPool<nn::MaxPoolOp>, 1, 1, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
