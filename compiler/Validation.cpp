//===- Validation.cpp - Folded against unfolded ---------------------------===//

#include "compiler/Validation.h"

#include "compiler/ProgressLine.h"
#include "compiler/ReportFormat.h"
#include "compiler/reference/Interpreter.h"
#include "compiler/reference/RunInterpreter.h"
#include "compiler/reference/TestInputs.h"

#include <cmath>
#include <limits>

using namespace mlir;
using bnopt::reference::InputKind;
using bnopt::reference::Tensor;

namespace bnopt {

/// Sums whose terms cancel are smaller than what their errors are relative to.
static constexpr double cancellation = 4;

ValidationLimit
getValidationLimit(ArrayRef<NormalizationRecord> normalizations) {
  ValidationLimit limit;
  double sum = 0;
  for (const NormalizationRecord &record : normalizations) {
    sum += record.bound;
    limit.constants = std::max(limit.constants, record.bound);
  }
  limit.general = std::max(limit.general, cancellation * sum);
  return limit;
}

/// The difference of two numbers; none where both are the same infinity, or
/// NaN.
static double getDifference(double expected, double actual) {
  if (expected == actual || (std::isnan(expected) && std::isnan(actual)))
    return 0;
  const double difference = std::fabs(expected - actual);
  return std::isnan(difference) ? std::numeric_limits<double>::infinity()
                                : difference;
}

namespace {
/// The largest difference of two tensors, and relative to the first.
struct Difference {
  double absolute = 0, relative = 0;

  Difference(const Tensor &expected, const Tensor &actual) {
    double largest = 0;
    for (int64_t i = 0; i < expected.size(); ++i) {
      absolute = std::max(absolute, getDifference(expected[i], actual[i]));
      if (std::isfinite(expected[i]))
        largest = std::max(largest, std::fabs(expected[i]));
    }
    relative = absolute == 0 ? 0 : absolute / largest;
  }
};
} // namespace

/// Takes one run into account, in which `relative` may be `limit`.
static void addRun(OutputError &error, const Difference &difference,
                   double limit, StringRef input) {
  if (difference.absolute > error.absolute || error.absoluteInput.empty()) {
    error.absolute = difference.absolute;
    error.absoluteInput = input;
  }
  const auto rank = [](double relative, double limit) {
    return std::pair(relative > limit, relative);
  };
  if (rank(difference.relative, limit) > rank(error.relative, error.limit) ||
      error.relativeInput.empty()) {
    error.relative = difference.relative;
    error.relativeInput = input;
    error.limit = limit;
  }
}

/// The functions that both modules define.
static SmallVector<std::pair<func::FuncOp, func::FuncOp>>
pairFunctions(ModuleOp model, ModuleOp folded) {
  SmallVector<std::pair<func::FuncOp, func::FuncOp>> pairs;
  for (auto function : model.getOps<func::FuncOp>())
    if (auto other = folded.lookupSymbol<func::FuncOp>(function.getSymName());
        other && !function.isExternal())
      pairs.push_back({function, other});
  return pairs;
}

static FailureOr<SmallVector<Tensor>>
makeInputs(func::FuncOp function, InputKind kind, uint64_t seed) {
  auto types = reference::getInputTypes(function);
  if (failed(types))
    return failure();
  SmallVector<Tensor> inputs;
  for (auto [index, type] : llvm::enumerate(*types))
    inputs.push_back(reference::makeTestInput(type, kind, seed + index));
  return inputs;
}

namespace {
/// Compares one function with its folded form.
class FunctionComparison {
public:
  FunctionComparison(func::FuncOp function, func::FuncOp folded,
                     const ValidationLimit &limit, uint64_t seed)
      : function(function), folded(folded), limit(limit), seed(seed),
        errors(function.getNumResults()) {
    for (auto [index, error] : llvm::enumerate(errors))
      error.output = reference::getResultName(function, index);
  }

  LogicalResult run(InputKind kind) {
    const auto inputs = makeInputs(function, kind, seed);
    if (failed(inputs))
      return failure();
    auto expected = reference::interpret(function, *inputs);
    if (failed(expected))
      return failure();
    auto actual = reference::interpret(folded, *inputs);
    if (failed(actual))
      return failure();
    SmallVector<Difference> differences;
    for (auto [before, after] : llvm::zip_equal(*expected, *actual))
      differences.emplace_back(before, after);
    SmallVector<double> limits(errors.size(), limit.general);
    if (limit.constants > 0 &&
        llvm::any_of(differences, [&](const Difference &difference) {
          return difference.relative > limit.general;
        }))
      if (failed(measureLimits(*inputs, *actual, limits)))
        return failure();
    for (size_t index = 0; index < errors.size(); ++index)
      addRun(errors[index], differences[index], limits[index],
             reference::getInputKindName(kind));
    return success();
  }

  ArrayRef<OutputError> getErrors() const { return errors; }

private:
  /// Raises `limits` to what errors in all constants do to `outputs`. They are
  /// made larger than the rounding of f64, and small enough to act alike.
  LogicalResult measureLimits(ArrayRef<Tensor> inputs, ArrayRef<Tensor> outputs,
                              SmallVector<double> &limits) {
    constexpr double noise = 0x1p-20;
    auto moved = reference::interpret(folded, inputs, {noise, seed});
    if (failed(moved))
      return failure();
    for (size_t index = 0; index < limits.size(); ++index) {
      const Difference difference(outputs[index], (*moved)[index]);
      const double measured =
          cancellation * limit.constants * difference.relative / noise;
      if (std::isfinite(measured))
        limits[index] = std::max(limits[index], measured);
    }
    return success();
  }

  func::FuncOp function, folded;
  const ValidationLimit &limit;
  uint64_t seed;
  SmallVector<OutputError> errors;
};
} // namespace

FailureOr<std::vector<OutputError>>
compareInInterpreter(ModuleOp model, ModuleOp folded,
                     const ValidationLimit &limit, uint64_t seed) {
  const auto pairs = pairFunctions(model, folded);
  ProgressLine line("validate");
  size_t done = 0;
  const size_t total = pairs.size() * std::size(reference::allInputKinds);
  std::vector<OutputError> errors;
  for (auto [function, other] : pairs) {
    FunctionComparison comparison(function, other, limit, seed);
    for (InputKind kind : reference::allInputKinds) {
      line.update(done++, total);
      if (failed(comparison.run(kind)))
        return failure();
    }
    llvm::append_range(errors, comparison.getErrors());
  }
  if (errors.empty())
    return model.emitError("the model has no output to validate");
  return errors;
}

void print(const OutputError &error, llvm::raw_ostream &os) {
  os << makePrintable(error.output) << ": largest error "
     << formatError(error.absolute) << " (" << error.absoluteInput << "), "
     << formatError(error.relative) << " of the largest value ("
     << error.relativeInput << "), limit " << formatError(error.limit);
}

} // namespace bnopt
