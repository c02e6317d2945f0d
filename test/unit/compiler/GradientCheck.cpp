//===- GradientCheck.cpp - Gradients against finite differences -----------===//
//
// For L = Σ dy·f(x) with random dy, dL/dx_i is (L(x_i + h) − L(x_i − h))/2h up
// to h²·f'''/6 and rounding of 1e-16/h.
//
//===----------------------------------------------------------------------===//

#include "GradientCheck.h"

#include "mlir/Pass/PassManager.h"

#include <cmath>

using namespace mlir;

namespace bnopt::reference {
namespace {

constexpr double step = 1e-5;
constexpr double tolerance = 2e-8;

std::string makeProgram(const GradientCase &testCase) {
  const std::string results = testCase.results;
  const std::string types = results.substr(results.find(':') + 1);
  return "func.func @f(" + std::string(testCase.arguments) + ") -> (" + types +
         ") {\n" + testCase.body + "\n return " + results + "\n}";
}

func::FuncOp getFunction(ModuleOp module) {
  return *module.getOps<func::FuncOp>().begin();
}

SmallVector<Tensor> makeInputs(TypeRange types, uint64_t seed) {
  SmallVector<Tensor> inputs;
  for (Type type : types)
    inputs.push_back(
        makeTestInput(cast<RankedTensorType>(type), InputKind::Normal, seed++));
  return inputs;
}

/// Σ cotangent·result; NaN after a failure.
double computeLoss(func::FuncOp function, ArrayRef<Tensor> inputs,
                   ArrayRef<Tensor> cotangents) {
  auto results = interpret(function, inputs);
  if (failed(results))
    return NAN;
  double loss = 0;
  for (auto [result, cotangent] : llvm::zip(*results, cotangents))
    for (int64_t i = 0; i < result.size(); ++i)
      loss += result[i] * cotangent[i];
  return loss;
}

Tensor computeDifferences(func::FuncOp function, SmallVector<Tensor> inputs,
                          unsigned argument, ArrayRef<Tensor> cotangents) {
  Tensor differences(inputs[argument].shape);
  for (int64_t i = 0; i < differences.size(); ++i) {
    const double value = inputs[argument][i];
    inputs[argument][i] = value + step;
    const double above = computeLoss(function, inputs, cotangents);
    inputs[argument][i] = value - step;
    const double below = computeLoss(function, inputs, cotangents);
    inputs[argument][i] = value;
    differences[i] = (above - below) / (2 * step);
  }
  return differences;
}

void expectClose(const Tensor &gradient, const Tensor &differences,
                 unsigned argument) {
  ASSERT_EQ(gradient.shape, differences.shape) << "argument " << argument;
  double largest = 1;
  for (double value : differences.data)
    largest = std::fmax(largest, std::fabs(value));
  for (int64_t i = 0; i < gradient.size(); ++i)
    EXPECT_NEAR(gradient[i], differences[i], tolerance * largest)
        << "argument " << argument << ", element " << i;
}

} // namespace

void GradientTest::check(const GradientCase &testCase) {
  const std::string program = makeProgram(testCase);
  OwningOpRef<ModuleOp> original = parse(program), module = parse(program);
  ASSERT_TRUE(original && module) << program;
  PassManager pm(&context);
  DifferentiatePassOptions options;
  options.withRespectTo = GradientsOf::Inputs;
  pm.addNestedPass<func::FuncOp>(createDifferentiatePass(options));
  ASSERT_TRUE(succeeded(pm.run(*module))) << program;

  func::FuncOp function = getFunction(*original);
  func::FuncOp differentiated = getFunction(*module);
  const unsigned numArguments = function.getNumArguments();
  const unsigned numResults = function.getNumResults();
  ASSERT_EQ(differentiated.getNumArguments(), numArguments + numResults);
  ASSERT_EQ(differentiated.getNumResults(),
            numResults + numArguments - testCase.frozen);
  SmallVector<Tensor> inputs = makeInputs(function.getArgumentTypes(), 1);
  SmallVector<Tensor> cotangents = makeInputs(function.getResultTypes(), 100);
  SmallVector<Tensor> all = inputs;
  llvm::append_range(all, cotangents);
  auto results = interpret(differentiated, all);
  ASSERT_TRUE(succeeded(results));
  for (unsigned argument = 0; argument < numArguments - testCase.frozen;
       ++argument)
    expectClose((*results)[numResults + argument],
                computeDifferences(function, inputs, argument, cotangents),
                argument);
}

TEST_P(GradientTest, MatchesFiniteDifferences) { check(GetParam()); }

} // namespace bnopt::reference
