//===- Validation.cpp - Folded against unfolded ---------------------------===//

#include "compiler/Validation.h"

#include "compiler/ProgressLine.h"
#include "compiler/reference/Interpreter.h"
#include "compiler/reference/RunInterpreter.h"
#include "compiler/reference/TestInputs.h"

#include "llvm/Support/Format.h"

#include <cmath>
#include <limits>

using namespace mlir;
using bnopt::reference::InputKind;
using bnopt::reference::Tensor;

namespace bnopt {

double getValidationLimit(ArrayRef<NormalizationRecord> normalizations) {
  constexpr double smallestLimit = 1e-5, cancellation = 4;
  double sum = 0;
  for (const NormalizationRecord &record : normalizations)
    sum += record.bound;
  return std::max(smallestLimit, cancellation * sum);
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

/// Takes one run into account.
static void addRun(OutputError &error, const Tensor &expected,
                   const Tensor &actual, StringRef input) {
  double absolute = 0, largest = 0;
  for (int64_t i = 0; i < expected.size(); ++i) {
    absolute = std::max(absolute, getDifference(expected[i], actual[i]));
    if (std::isfinite(expected[i]))
      largest = std::max(largest, std::fabs(expected[i]));
  }
  const double relative = absolute == 0 ? 0 : absolute / largest;
  if (absolute > error.absolute || error.absoluteInput.empty()) {
    error.absolute = absolute;
    error.absoluteInput = input;
  }
  if (relative > error.relative || error.relativeInput.empty()) {
    error.relative = relative;
    error.relativeInput = input;
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

static SmallVector<Tensor> makeInputs(func::FuncOp function, InputKind kind,
                                      uint64_t seed) {
  SmallVector<Tensor> inputs;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    inputs.push_back(reference::makeTestInput(cast<RankedTensorType>(type),
                                              kind, seed + index));
  return inputs;
}

FailureOr<std::vector<OutputError>> compareInInterpreter(ModuleOp model,
                                                         ModuleOp folded,
                                                         double limit,
                                                         uint64_t seed) {
  const auto pairs = pairFunctions(model, folded);
  ProgressLine line("validate");
  size_t done = 0;
  const size_t total = pairs.size() * std::size(reference::allInputKinds);
  std::vector<OutputError> errors;
  for (auto [function, other] : pairs) {
    const size_t first = errors.size();
    for (size_t index = 0; index < function.getNumResults(); ++index) {
      OutputError &error = errors.emplace_back();
      error.output = reference::getResultName(function, index);
      error.limit = limit;
    }
    for (InputKind kind : reference::allInputKinds) {
      line.update(done++, total);
      const SmallVector<Tensor> inputs = makeInputs(function, kind, seed);
      auto expected = reference::interpret(function, inputs);
      auto actual = reference::interpret(other, inputs);
      if (failed(expected) || failed(actual))
        return failure();
      for (size_t index = 0; index < function.getNumResults(); ++index)
        addRun(errors[first + index], (*expected)[index], (*actual)[index],
               reference::getInputKindName(kind));
    }
  }
  return errors;
}

void print(const OutputError &error, llvm::raw_ostream &os) {
  os << error.output << ": largest error "
     << llvm::format("%.1e", error.absolute) << " (" << error.absoluteInput
     << "), " << llvm::format("%.1e", error.relative)
     << " of the largest value (" << error.relativeInput << "), limit "
     << llvm::format("%.1e", error.limit);
}

} // namespace bnopt
