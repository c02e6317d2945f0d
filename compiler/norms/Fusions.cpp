//===- Fusions.cpp - What is fused with a norm kernel ---------------------===//

#include "compiler/norms/Fusions.h"

#include "dialect/NN/NNOps.h"
#include "passes/train/ReverseMode.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;

namespace {
/// A function of each element.
struct Activation {
  StringLiteral name;
  Value (*apply)(NormKernelFunction &, Value x);
};
} // namespace

/// PyTorch's, and ONNX's.
static constexpr double leakyReluSlope = 0.01;

static FloatAttr getNumber(NormKernelFunction &function, double value) {
  return function.getBuilder().getF64FloatAttr(value);
}

template <typename Op>
static Value applyUnary(NormKernelFunction &function, Value x) {
  return function.create<Op>(x.getType(), x);
}

static Value applyLeakyRelu(NormKernelFunction &function, Value x) {
  return function.create<nn::LeakyReluOp>(x.getType(), x,
                                          getNumber(function, leakyReluSlope));
}

static Value applyRelu6(NormKernelFunction &function, Value x) {
  return function.create<nn::ClipOp>(x.getType(), x, getNumber(function, 0),
                                     getNumber(function, 6));
}

static Value applySilu(NormKernelFunction &function, Value x) {
  return function.create<nn::MulOp>(x, applyUnary<nn::SigmoidOp>(function, x));
}

/// x·(1 + erf(x/√2))/2, the exact form.
static Value applyGelu(NormKernelFunction &function, Value x) {
  Value scaled =
      function.create<nn::MulOp>(x, function.createNumber(x, std::sqrt(0.5)));
  Value sum = function.create<nn::AddOp>(
      applyUnary<nn::ErfOp>(function, scaled), function.createNumber(x, 1));
  Value half = function.create<nn::MulOp>(x, function.createNumber(x, 0.5));
  return function.create<nn::MulOp>(half, sum);
}

static constexpr Activation activations[] = {
    {"gelu", applyGelu},
    {"hard_swish", applyUnary<nn::HardSwishOp>},
    {"leaky_relu", applyLeakyRelu},
    {"relu", applyUnary<nn::ReluOp>},
    {"relu6", applyRelu6},
    {"sigmoid", applyUnary<nn::SigmoidOp>},
    {"silu", applySilu},
    {"tanh", applyUnary<nn::TanhOp>}};

static constexpr StringLiteral addName = "add", addReluName = "add_relu";

std::vector<std::string> bnopt::getNormKernelFusions() {
  std::vector<std::string> names = {addName.str(), addReluName.str()};
  for (const Activation &activation : activations)
    names.push_back(activation.name.str());
  return names;
}

llvm::Expected<std::vector<std::string>>
bnopt::expandFusions(ArrayRef<std::string> fuse) {
  std::vector<std::string> steps;
  const std::vector<std::string> known = getNormKernelFusions();
  for (const std::string &step : fuse) {
    if (!llvm::is_contained(known, step))
      return llvm::createStringError("cannot fuse '" + step +
                                     "'; what can be fused is " +
                                     llvm::join(known, ", "));
    if (step == addReluName)
      steps.insert(steps.end(), {"add", "relu"});
    else
      steps.push_back(step);
  }
  if (llvm::count(steps, addName) > 1)
    return llvm::createStringError("--fuse expects one 'add' at most");
  return steps;
}

Value bnopt::applyFusions(NormKernelFunction &function,
                          ArrayRef<std::string> steps, Value x) {
  for (const std::string &step : steps) {
    if (step == addName) {
      Value addend = function.getInput("addend");
      if (!addend)
        addend = function.addInput("addend", x.getType());
      x = function.create<nn::AddOp>(x, addend);
      continue;
    }
    const auto *activation =
        llvm::find_if(activations, [&](auto &a) { return a.name == step; });
    x = activation->apply(function, x);
  }
  return x;
}

/// Whether the output of `steps` says where each element passed a gradient:
/// sums, and one activation that is as its input within some bounds of both.
static bool isDecidedByOutput(ArrayRef<std::string> steps) {
  return steps.size() == 2 && steps[0] == addName &&
         llvm::is_contained({"leaky_relu", "relu", "relu6"}, steps[1]);
}

FailureOr<FusionGradients>
bnopt::differentiateFusions(NormKernelFunction &function,
                            ArrayRef<std::string> steps, Value dy,
                            llvm::function_ref<Value()> normalize) {
  // A sum at the end passes the gradient on to both, whatever they were.
  if (!steps.empty() && steps.back() == addName)
    steps = steps.drop_back();
  if (steps.empty())
    return FusionGradients{dy, {}};
  const bool readsOutput = isDecidedByOutput(steps);
  Value start =
      readsOutput ? function.addInput("output", dy.getType()) : normalize();
  // A value is on the same side of the kinks as what becomes of it.
  Value end = applyFusions(function, steps.drop_front(readsOutput), start);
  SmallVector<Value> sources = {start};
  if (Value addend = function.getInput("addend"))
    sources.push_back(addend);
  ReverseMode reverse(function.getFunction(), sources);
  reverse.addGradient(end, dy);
  if (failed(reverse.build()))
    return failure();
  FusionGradients gradients{reverse.getGradient(start), {}};
  if (readsOutput) {
    gradients.addend = gradients.input;
    Operation *activation = end.getDefiningOp();
    end.replaceAllUsesWith(start);
    activation->erase();
  } else if (sources.size() > 1) {
    gradients.addend = reverse.getGradient(sources[1]);
  }
  return gradients;
}
