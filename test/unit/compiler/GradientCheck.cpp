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
// Short enough not to cross a kink of one of many relus.
constexpr double directionStep = 1e-7;

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

void GradientCheck::prepare(const std::string &program, unsigned frozen,
                            Programs &programs, int64_t recomputeBudget) {
  programs.original = parse(program);
  programs.differentiated = parse(program);
  ASSERT_TRUE(programs.original && programs.differentiated) << program;
  PassManager pm(&context);
  DifferentiatePassOptions options;
  options.withRespectTo = GradientsOf::Inputs;
  options.recomputeBudget = recomputeBudget;
  pm.addNestedPass<func::FuncOp>(createDifferentiatePass(options));
  ASSERT_TRUE(succeeded(pm.run(*programs.differentiated))) << program;

  programs.function = getFunction(*programs.original);
  func::FuncOp differentiated = getFunction(*programs.differentiated);
  const unsigned numArguments = programs.function.getNumArguments();
  const unsigned numResults = programs.function.getNumResults();
  ASSERT_EQ(differentiated.getNumArguments(), numArguments + numResults);
  ASSERT_EQ(differentiated.getNumResults(), numResults + numArguments - frozen);
  programs.inputs = makeInputs(programs.function.getArgumentTypes(), 1);
  programs.cotangents = makeInputs(programs.function.getResultTypes(), 100);
  SmallVector<Tensor> all = programs.inputs;
  llvm::append_range(all, programs.cotangents);
  auto results = interpret(differentiated, all);
  ASSERT_TRUE(succeeded(results));
  programs.gradients.assign(results->begin() + numResults, results->end());
}

void GradientCheck::check(const GradientCase &testCase) {
  Programs programs;
  prepare(makeProgram(testCase), testCase.frozen, programs);
  for (auto [argument, gradient] : llvm::enumerate(programs.gradients))
    expectClose(gradient,
                computeDifferences(programs.function, programs.inputs, argument,
                                   programs.cotangents),
                argument);
}

void GradientCheck::checkDirections(const std::string &program) {
  Programs programs;
  prepare(program, /*frozen=*/0, programs);
  SmallVector<Tensor> directions =
      makeInputs(programs.function.getArgumentTypes(), 1000);
  for (auto [argument, gradient] : llvm::enumerate(programs.gradients)) {
    const Tensor &direction = directions[argument];
    double expected = 0, magnitude = 1;
    for (int64_t i = 0; i < gradient.size(); ++i) {
      expected += gradient[i] * direction[i];
      magnitude += std::fabs(gradient[i] * direction[i]);
    }
    double losses[2];
    for (int side : {0, 1}) {
      SmallVector<Tensor> moved = programs.inputs;
      for (int64_t i = 0; i < gradient.size(); ++i)
        moved[argument][i] +=
            (side ? directionStep : -directionStep) * direction[i];
      losses[side] = computeLoss(programs.function, moved, programs.cotangents);
    }
    EXPECT_NEAR((losses[1] - losses[0]) / (2 * directionStep), expected,
                1e-6 * magnitude)
        << "argument " << argument;
  }
}

void GradientCheck::checkRecomputing(const std::string &program,
                                     int64_t budget) {
  Programs keeping, recomputing;
  prepare(program, /*frozen=*/0, keeping);
  prepare(program, /*frozen=*/0, recomputing, budget);
  const auto countOps = [](const Programs &programs) {
    return getFunction(*programs.differentiated).front().getOperations().size();
  };
  EXPECT_GT(countOps(recomputing), countOps(keeping));
  ASSERT_EQ(recomputing.gradients.size(), keeping.gradients.size());
  for (auto [actual, expected] :
       llvm::zip(recomputing.gradients, keeping.gradients))
    expectValues(actual, expected);
}

TEST_P(GradientTest, MatchesFiniteDifferences) { check(GetParam()); }

} // namespace bnopt::reference
