//===- Window.cpp - the sliding window of a node --------------------------===//

#include "compiler/onnx/Window.h"
#include "dialect/NN/NNShapes.h"
#include <tuple>

using namespace mlir;

namespace bnopt::onnx_import {

SmallVector<NamedAttribute> Window::getAttributes(Node &node) const {
  SmallVector<NamedAttribute> attributes;
  if (llvm::any_of(strides, [](int64_t stride) { return stride != 1; }))
    attributes.push_back(node.integers("strides", strides));
  if (llvm::any_of(pads, [](int64_t pad) { return pad != 0; }))
    attributes.push_back(node.integers("pads", pads));
  if (llvm::any_of(dilations, [](int64_t dilation) { return dilation != 1; }))
    attributes.push_back(node.integers("dilations", dilations));
  return attributes;
}

/// Attribute `name` with `count` values, each `absent` where it is missing.
static FailureOr<SmallVector<int64_t>> readInts(Node &node, StringRef name,
                                                size_t count, int64_t absent) {
  auto values = node.getInts(name);
  if (!values)
    return SmallVector<int64_t>(count, absent);
  if (values->size() != count)
    return node.error() << "'" << node.getType() << "' expects '" << name
                        << "' to have " << count << " values, but got "
                        << values->size();
  return *values;
}

/// Pads that make the output `⌈size/stride⌉`; an odd one goes to the high end
/// or, for SAME_LOWER, to the low end.
static LogicalResult padToSame(Node &node, RankedTensorType input,
                               bool oddGoesLow, Window &window) {
  size_t dims = window.kernelShape.size();
  for (size_t d = 0; d < dims; ++d) {
    int64_t size = input.getDimSize(d + 2);
    if (ShapedType::isDynamic(size))
      return node.error() << "'" << node.getType() << "' with auto_pad needs "
                          << "the size of dimension " << d + 2
                          << " of its input; fix it with --input-shape";
    nn::WindowDim dim{window.kernelShape[d], window.strides[d],
                      window.dilations[d]};
    std::tie(window.pads[d], window.pads[d + dims]) =
        nn::getSamePads(size, dim, oddGoesLow);
  }
  return success();
}

FailureOr<Window> readWindow(Node &node, RankedTensorType input,
                             ArrayRef<int64_t> weightShape) {
  if (input.getRank() < 3)
    return node.error() << "'" << node.getType()
                        << "' expects an input with batch, channels and at "
                           "least one spatial dimension, but got rank "
                        << input.getRank();
  size_t dims = input.getRank() - 2;
  Window window;
  auto stated = node.getInts("kernel_shape");
  if (!stated && weightShape.empty())
    return node.error() << "'" << node.getType()
                        << "' expects the attribute 'kernel_shape'";
  window.kernelShape =
      weightShape.empty() ? *stated : llvm::to_vector(weightShape);
  if (window.kernelShape.size() != dims)
    return node.error() << "'" << node.getType() << "' expects a window of "
                        << dims << " dimensions, but got "
                        << window.kernelShape.size();
  if (stated && *stated != window.kernelShape)
    return node.error() << "'" << node.getType()
                        << "' expects 'kernel_shape' to be the shape of its "
                           "weights";

  auto strides = readInts(node, "strides", dims, 1);
  auto dilations = readInts(node, "dilations", dims, 1);
  auto pads = readInts(node, "pads", 2 * dims, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;
  window.pads = *pads;
  for (ArrayRef<int64_t> values :
       {ArrayRef(window.strides), ArrayRef(window.dilations),
        ArrayRef(window.kernelShape)})
    if (llvm::any_of(values, [](int64_t value) { return value < 1; }))
      return node.error() << "'" << node.getType()
                          << "' expects a positive window, strides and "
                             "dilations, but one of them is less than 1";

  StringRef autoPad = node.getString("auto_pad", "NOTSET");
  if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    if (failed(padToSame(node, input, autoPad == "SAME_LOWER", window)))
      return failure();
  } else if (autoPad == "VALID") {
    window.pads.assign(2 * dims, 0);
  } else if (autoPad != "NOTSET" && !autoPad.empty()) {
    return node.unsupported("auto_pad", autoPad,
                            "NOTSET, SAME_UPPER, SAME_LOWER and VALID");
  }
  return window;
}

} // namespace bnopt::onnx_import
