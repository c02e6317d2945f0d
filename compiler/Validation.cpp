//===- Validation.cpp - Folded against unfolded ---------------------------===//

#include "compiler/Validation.h"

#include "compiler/ProgressLine.h"
#include "compiler/ReportFormat.h"
#include "compiler/reference/Interpreter.h"
#include "compiler/reference/RunInterpreter.h"
#include "compiler/reference/TestInputs.h"
#include "dialect/BN/BNOps.h"
#include "passes/fold/FoldObstacle.h"

#include <cmath>
#include <limits>

using namespace mlir;
using bnopt::reference::InputKind;
using bnopt::reference::Tensor;

namespace bnopt {

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// Sums whose terms cancel are smaller than what their errors are relative to.
static constexpr double cancellation = 4;

/// What rounds the scale and shift of f32 that `record` becomes, wherever these
/// go.
static double getRounding(const NormalizationRecord &record) {
  return record.op == bn::InferenceOp::getOperationName() &&
                 record.cause != getObstacleName(ObstacleKind::AskedToKeep)
             ? 0x1p-24
             : 0;
}

ValidationLimit
getValidationLimit(ArrayRef<NormalizationRecord> normalizations) {
  ValidationLimit limit;
  double sum = 0;
  for (const NormalizationRecord &record : normalizations) {
    sum += record.bound;
    limit.constants =
        std::max({limit.constants, record.bound, getRounding(record)});
  }
  limit.general = std::max(limit.general, cancellation * sum);
  return limit;
}

/// `value`, infinite where `type` does not hold a number as large.
static double saturate(double value, FloatType type) {
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.isInfinity() ? std::copysign(infinity, value) : value;
}

/// The difference of two numbers; none where both are the same infinity, or
/// NaN.
static double getDifference(double expected, double actual) {
  if (expected == actual || (std::isnan(expected) && std::isnan(actual)))
    return 0;
  const double difference = std::fabs(expected - actual);
  return std::isnan(difference) ? infinity : difference;
}

namespace {
/// The largest difference of two tensors of `type`, and the largest number in
/// the first.
struct Difference {
  double absolute = 0, largest = 0;

  Difference(const Tensor &expected, const Tensor &actual, FloatType type) {
    for (int64_t i = 0; i < expected.size(); ++i) {
      const double before = saturate(expected[i], type);
      absolute =
          std::max(absolute, getDifference(before, saturate(actual[i], type)));
      if (std::isfinite(before))
        largest = std::max(largest, std::fabs(before));
    }
  }

  double relativeTo(double number) const {
    return absolute == 0 ? 0 : absolute / number;
  }
};

/// What running both functions on one kind of inputs shows at one output.
struct OutputRun {
  Difference difference;
  /// What errors in the constants do to the output.
  double allowed;
  StringRef input;
};
} // namespace

/// Takes one run into account, whose values are as large as `largest`.
static void addRun(OutputError &error, const OutputRun &run, double largest,
                   double general) {
  const Difference &difference = run.difference;
  if (difference.absolute > error.absolute || error.absoluteInput.empty()) {
    error.absolute = difference.absolute;
    error.absoluteInput = run.input;
  }
  const double relative = difference.relativeTo(largest);
  const double limit =
      largest > 0 ? std::max(general, run.allowed / largest) : general;
  const auto rank = [](double relative, double limit) {
    return std::pair(relative > limit, relative);
  };
  if (rank(relative, limit) > rank(error.relative, error.limit) ||
      error.relativeInput.empty()) {
    error.relative = relative;
    error.relativeInput = run.input;
    error.limit = limit;
  }
}

/// The error at `output` in all runs. Where the model's values are all zero in
/// a run, as behind a relu, what is left of rounding is seen against those of
/// the others.
static OutputError summarize(ArrayRef<OutputRun> runs, std::string output,
                             double general) {
  OutputError error;
  error.output = std::move(output);
  double largestOfAll = 0;
  for (const OutputRun &run : runs)
    largestOfAll = std::max(largestOfAll, run.difference.largest);
  for (const OutputRun &run : runs)
    addRun(error, run,
           run.difference.largest > 0 ? run.difference.largest : largestOfAll,
           general);
  return error;
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
        runs(function.getNumResults()) {}

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
    for (auto [index, before] : llvm::enumerate(*expected))
      differences.emplace_back(before, (*actual)[index], getFloatType(index));
    SmallVector<double> allowed(runs.size(), 0);
    if (limit.constants > 0 &&
        llvm::any_of(differences, [&](const Difference &difference) {
          return difference.relativeTo(difference.largest) > limit.general;
        }))
      if (failed(measureAllowed(*inputs, *actual, allowed)))
        return failure();
    for (size_t index = 0; index < runs.size(); ++index)
      runs[index].push_back({differences[index], allowed[index],
                             reference::getInputKindName(kind)});
    return success();
  }

  /// Of each output, when all runs are done.
  std::vector<OutputError> getErrors() const {
    std::vector<OutputError> errors;
    for (auto [index, ofOutput] : llvm::enumerate(runs))
      errors.push_back(summarize(
          ofOutput, reference::getResultName(function, index), limit.general));
    return errors;
  }

private:
  FloatType getFloatType(size_t output) {
    return cast<FloatType>(
        getElementTypeOrSelf(function.getResultTypes()[output]));
  }

  /// What errors in all constants do to `outputs`. They are made larger than
  /// the rounding of f64, and small enough to act alike.
  LogicalResult measureAllowed(ArrayRef<Tensor> inputs,
                               ArrayRef<Tensor> outputs,
                               SmallVector<double> &allowed) {
    constexpr double noise = 0x1p-20;
    auto moved = reference::interpret(folded, inputs, {noise, seed});
    if (failed(moved))
      return failure();
    for (size_t index = 0; index < allowed.size(); ++index) {
      const Difference difference(outputs[index], (*moved)[index],
                                  getFloatType(index));
      const double measured =
          cancellation * limit.constants * difference.absolute / noise;
      if (std::isfinite(measured))
        allowed[index] = measured;
    }
    return success();
  }

  func::FuncOp function, folded;
  const ValidationLimit &limit;
  uint64_t seed;
  /// Of each output.
  SmallVector<SmallVector<OutputRun>> runs;
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
