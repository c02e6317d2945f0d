//===- ConvolutionOps.cpp - convolutions and matrix products --------------===//

#include "compiler/onnx/Window.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt::onnx_import {

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
/// Operands of a convolution; the bias may be null.
struct ConvolutionInputs {
  Value input, weights, bias;
};
} // namespace

static FailureOr<ConvolutionInputs> readConvolutionInputs(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  auto weights = node.getInput(1);
  if (failed(weights))
    return failure();
  ConvolutionInputs inputs{*input, *weights, Value()};
  if (node.hasInput(2)) {
    auto bias = node.getInput(2);
    if (failed(bias))
      return failure();
    inputs.bias = *bias;
  }
  RankedTensorType type = getTensorType(*weights);
  if (type.getRank() != getTensorType(*input).getRank())
    return node.error() << "'" << node.getType()
                        << "' expects weights of the rank of its input, "
                        << getTensorType(*input).getRank() << ", but got rank "
                        << type.getRank();
  if (!type.hasStaticShape())
    return node.error() << "'" << node.getType()
                        << "' expects weights of a known shape";
  return inputs;
}

static LogicalResult importConv(Node &node) {
  auto inputs = readConvolutionInputs(node);
  if (failed(inputs))
    return failure();
  auto window =
      readWindow(node, getTensorType(inputs->input),
                 getTensorType(inputs->weights).getShape().drop_front(2));
  if (failed(window))
    return failure();
  SmallVector<NamedAttribute> attributes = window->getAttributes(node);
  attributes.push_back(node.integer("groups", node.getInt("group", 1)));
  return node.replaceWith<nn::ConvOp>(
      {inputs->input, inputs->weights, inputs->bias}, attributes);
}

/// Pads of a transposed convolution that reach `output_shape`, or
/// `size·stride` with `auto_pad`; ONNX puts the odd one at the low end unless
/// SAME_UPPER. What the window falls short of is added to `outputPads`.
static LogicalResult padTransposed(Node &node, RankedTensorType input,
                                   MutableArrayRef<int64_t> outputPads,
                                   Window &window) {
  auto outputShape = node.getInts("output_shape");
  StringRef autoPad = node.getString("auto_pad", "NOTSET");
  if (!outputShape && !autoPad.starts_with("SAME"))
    return success();
  size_t dims = window.kernelShape.size();
  if (outputShape && outputShape->size() == dims + 2)
    outputShape->erase(outputShape->begin(), outputShape->begin() + 2);
  if (outputShape && outputShape->size() != dims)
    return node.error() << "'ConvTranspose' expects 'output_shape' to have "
                        << dims << " values, but got " << outputShape->size();
  for (size_t d = 0; d < dims; ++d) {
    int64_t size = input.getDimSize(d + 2);
    if (ShapedType::isDynamic(size))
      return node.error() << "'ConvTranspose' with output_shape or auto_pad "
                             "needs the size of its input; fix it with "
                             "--input-shape";
    int64_t wanted = outputShape ? (*outputShape)[d] : size * window.strides[d];
    int64_t full = window.strides[d] * (size - 1) + outputPads[d] +
                   window.dilations[d] * (window.kernelShape[d] - 1) + 1;
    outputPads[d] += std::max<int64_t>(0, wanted - full);
    int64_t total = std::max<int64_t>(0, full - wanted);
    int64_t low = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pads[d] = low;
    window.pads[d + dims] = total - low;
  }
  return success();
}

static LogicalResult importConvTranspose(Node &node) {
  auto inputs = readConvolutionInputs(node);
  if (failed(inputs))
    return failure();
  RankedTensorType inputType = getTensorType(inputs->input);
  auto window = readWindow(
      node, inputType, getTensorType(inputs->weights).getShape().drop_front(2));
  if (failed(window))
    return failure();
  size_t dims = window->kernelShape.size();
  SmallVector<int64_t> outputPads =
      node.getInts("output_padding").value_or(SmallVector<int64_t>(dims, 0));
  if (outputPads.size() != dims)
    return node.error() << "'ConvTranspose' expects 'output_padding' to have "
                        << dims << " values, but got " << outputPads.size();
  if (failed(padTransposed(node, inputType, outputPads, *window)))
    return failure();
  SmallVector<NamedAttribute> attributes = window->getAttributes(node);
  if (llvm::any_of(outputPads, [](int64_t pad) { return pad != 0; }))
    attributes.push_back(node.integers("output_pads", outputPads));
  attributes.push_back(node.integer("groups", node.getInt("group", 1)));
  return node.replaceWith<nn::ConvTransposeOp>(
      {inputs->input, inputs->weights, inputs->bias}, attributes);
}

static LogicalResult importGemm(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  for (Value value : ArrayRef(*inputs).take_front(2))
    if (getTensorType(value).getRank() != 2)
      return node.error() << "'Gemm' expects matrices, but got rank "
                          << getTensorType(value).getRank();
  SmallVector<NamedAttribute> attributes = {
      node.number("alpha", node.getFloat("alpha", 1.0)),
      node.number("beta", node.getFloat("beta", 1.0))};
  if (node.getInt("transA", 0))
    attributes.push_back(node.unit("trans_a"));
  if (node.getInt("transB", 0))
    attributes.push_back(node.unit("trans_b"));
  return node.replaceWith<nn::GemmOp>(*inputs, attributes);
}

/// Products of two matrices are `nn.gemm`, which scale-shifts fold into.
static LogicalResult importMatMul(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  int64_t left = getTensorType(inputs->front()).getRank();
  int64_t right = getTensorType(inputs->back()).getRank();
  if (left < 2 || right < 2)
    return node.error() << "'MatMul' of vectors is not supported; give each "
                           "operand at least two dimensions";
  if (left == 2 && right == 2)
    return node.replaceWith<nn::GemmOp>(*inputs);
  return node.replaceWith<nn::MatMulOp>(*inputs);
}

ArrayRef<Operator> getConvolutionOperators() {
  static const Operator operators[] = {
      {"Conv", importConv, 2, 3, 1},
      {"ConvTranspose", importConvTranspose, 2, 3, 1},
      {"Gemm", importGemm, 2, 3},
      {"MatMul", importMatMul, 2, 2, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
