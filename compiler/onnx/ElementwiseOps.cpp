//===- ElementwiseOps.cpp - activations and arithmetic --------------------===//

#include "compiler/onnx/Node.h"
#include "dialect/NN/NNOps.h"
#include <limits>

using namespace mlir;

namespace bnopt::onnx_import {

template <typename OpTy>
static LogicalResult importUnary(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  return node.replaceWithAs<OpTy>(input->getType(), *input);
}

template <typename OpTy>
static LogicalResult importBinary(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  return node.replaceWith<OpTy>(*inputs);
}

/// `op(op(a, b), c)` …; a single input passes through.
template <typename OpTy>
static FailureOr<Value> importChain(Node &node) {
  auto inputs = node.getInputs();
  if (failed(inputs))
    return failure();
  Value sum = inputs->front();
  for (Value input : ArrayRef(*inputs).drop_front()) {
    auto op = node.create<OpTy>({sum, input});
    if (failed(op))
      return failure();
    sum = op->getResult();
  }
  return sum;
}

template <typename OpTy>
static LogicalResult importVariadic(Node &node) {
  auto result = importChain<OpTy>(node);
  if (succeeded(result))
    node.setResult(0, *result);
  return result;
}

static LogicalResult importMean(Node &node) {
  auto sum = importChain<nn::AddOp>(node);
  if (failed(sum))
    return failure();
  auto type = RankedTensorType::get(
      {}, cast<RankedTensorType>(sum->getType()).getElementType());
  Value factor = node.createSplat(type, 1.0 / node.getNumInputs());
  return node.replaceWith<nn::MulOp>({*sum, factor});
}

/// Activations of one parameter, `alpha`.
template <typename OpTy>
static LogicalResult importWithAlpha(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  bool isElu = std::is_same_v<OpTy, nn::EluOp>;
  // 0.01 as the f32 that ONNX's attributes are.
  double absent = isElu ? 1.0 : static_cast<double>(0.01f);
  return node.replaceWithAs<OpTy>(
      input->getType(), *input,
      {node.number("alpha", node.getFloat("alpha", absent))});
}

static LogicalResult importHardSigmoid(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  return node.replaceWithAs<nn::HardSigmoidOp>(
      input->getType(), *input,
      {node.number("alpha", node.getFloat("alpha", 0.2f)),
       node.number("beta", node.getFloat("beta", 0.5f))});
}

/// Bounds are attributes before operator set 11, then inputs.
static LogicalResult importClip(Node &node) {
  auto input = node.getInput(0);
  if (failed(input))
    return failure();
  const double infinity = std::numeric_limits<double>::infinity();
  double bounds[] = {node.getFloat("min", -infinity),
                     node.getFloat("max", infinity)};
  for (int i : {1, 2}) {
    if (!node.hasInput(i))
      continue;
    auto bound = node.getScalar(i);
    if (failed(bound))
      return failure();
    bounds[i - 1] = *bound;
  }
  // The largest finite f32 is how models write "no bound".
  const double largest = std::numeric_limits<float>::max();
  if (bounds[0] <= -largest)
    bounds[0] = -infinity;
  if (bounds[1] >= largest)
    bounds[1] = infinity;
  return node.replaceWithAs<nn::ClipOp>(
      input->getType(), *input,
      {node.number("min", bounds[0]), node.number("max", bounds[1])});
}

/// An exponent of integers is taken in the type of the base.
static LogicalResult importPow(Node &node) {
  auto base = node.getInput(0);
  if (failed(base))
    return failure();
  const ConstantValue *exponent = node.getConstant(1);
  if (!exponent || exponent->isFloat())
    return importBinary<nn::PowOp>(node);
  auto numbers = exponent->getNumbers();
  if (!numbers)
    return node.error() << "'Pow' expects an exponent known at import";
  auto type = RankedTensorType::get(
      exponent->getType().getShape(),
      cast<RankedTensorType>(base->getType()).getElementType());
  GraphImporter::Entry entry{Value(), getFloatElements(type, *numbers)};
  Value value = node.getImporter().materialize(entry, node.getLocation());
  return node.replaceWith<nn::PowOp>({*base, value});
}

ArrayRef<Operator> getElementwiseOperators() {
  static const Operator operators[] = {
      {"Abs", importUnary<nn::AbsOp>, 1, 1, 1},
      {"Add", importBinary<nn::AddOp>, 2, 2},
      {"Clip", importClip, 1, 3, 1},
      {"Div", importBinary<nn::DivOp>, 2, 2},
      {"Elu", importWithAlpha<nn::EluOp>, 1, 1, 1},
      {"Erf", importUnary<nn::ErfOp>, 1, 1},
      {"Exp", importUnary<nn::ExpOp>, 1, 1, 1},
      {"HardSigmoid", importHardSigmoid, 1, 1, 1},
      {"HardSwish", importUnary<nn::HardSwishOp>, 1, 1},
      {"LeakyRelu", importWithAlpha<nn::LeakyReluOp>, 1, 1, 1},
      {"Log", importUnary<nn::LogOp>, 1, 1, 1},
      {"Max", importVariadic<nn::MaxOp>, 1, anyNumber, 1},
      {"Mean", importMean, 1, anyNumber, 1},
      {"Min", importVariadic<nn::MinOp>, 1, anyNumber, 1},
      {"Mul", importBinary<nn::MulOp>, 2, 2},
      {"Neg", importUnary<nn::NegOp>, 1, 1, 1},
      {"PRelu", importBinary<nn::PReluOp>, 2, 2},
      {"Pow", importPow, 2, 2},
      {"Reciprocal", importUnary<nn::ReciprocalOp>, 1, 1, 1},
      {"Relu", importUnary<nn::ReluOp>, 1, 1, 1},
      {"Sigmoid", importUnary<nn::SigmoidOp>, 1, 1, 1},
      {"Softplus", importUnary<nn::SoftplusOp>, 1, 1, 1},
      {"Sqrt", importUnary<nn::SqrtOp>, 1, 1, 1},
      {"Sub", importBinary<nn::SubOp>, 2, 2},
      {"Sum", importVariadic<nn::AddOp>, 1, anyNumber, 1},
      {"Tanh", importUnary<nn::TanhOp>, 1, 1, 1},
  };
  return operators;
}

} // namespace bnopt::onnx_import
