//===- AlgorithmPartialStatistics.cpp - Statistics of runs as Funcs -------===//
//
// Sums of a run of at most 64 elements are in f32, of distances from its first
// element, and merged in f64, as in AlgorithmNormalization.cpp. The mean of a
// run would be one number less, but it would be rounded: where it is thousands
// of deviations, the variance would notice.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/BatchNormFormulas.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Tuple;
using Halide::Var;

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

void AlgorithmBuilder::defineRuns(Operation *op, Value data, int64_t length,
                                  RunAddends addends,
                                  ArrayRef<RunFormula> formulas) {
  const int pixels = static_cast<int>(length);
  const std::vector<Var> vars =
      getVars(static_cast<int64_t>(shapeOf(data).size()));
  RDom within(0, pixels, "step");
  Indices first = getIndices(vars);
  first.back() = first.back() * pixels;
  Indices element = first;
  element.back() += within[0];
  const std::vector<Expr> added = addends(element, first);

  Func sums("run_sums");
  sums(vars) = Tuple(std::vector<Expr>(added.size(), Expr(0.0f)));
  std::vector<Expr> updated;
  for (auto [index, addend] : llvm::enumerate(added))
    updated.push_back(
        Halide::strict_float(sums(vars)[static_cast<int>(index)] + addend));
  sums(vars) = Tuple(updated);
  for (auto [result, formula] : llvm::zip_equal(op->getResults(), formulas)) {
    declareValue(result);
    values.find(result)->second.func(vars) = formula(Tuple(sums(vars)), first);
  }
  // What sums are taken of may be made of the result.
  Value result = kernel.getBody().front().getTerminator()->getOperand(0);
  if (!funcs.runs)
    funcs.runs = RunFuncs{get(result).func, {}, pixels};
  funcs.runs->sums.emplace_back(sums, within[0]);
}

void AlgorithmBuilder::buildPartial(bn::PartialStatisticsOp op) {
  const Value input = op.getInput();
  const auto length = static_cast<int64_t>(op.getRun());
  const auto addends = [&](ArrayRef<Expr> element, ArrayRef<Expr> first) {
    Expr distance =
        Halide::strict_float(read(input, element) - read(input, first));
    return std::vector<Expr>{distance, distance * distance};
  };
  const auto pilot = [&](const Tuple &, ArrayRef<Expr> first) {
    return read(input, first);
  };
  const auto distances = [](const Tuple &sums, ArrayRef<Expr>) {
    return sums[0];
  };
  const auto squares = [](const Tuple &sums, ArrayRef<Expr>) {
    return sums[1];
  };
  defineRuns(op, input, length, addends, {pilot, distances, squares});
}

void AlgorithmBuilder::buildPartial(bn::PartialGradientStatisticsOp op) {
  const Value gradient = op.getOutputGradient();
  const auto addends = [&](ArrayRef<Expr> element, ArrayRef<Expr>) {
    Expr mean = read(op.getMean(), {element[op.getFeatureIndex()]});
    Expr distance = Halide::strict_float(read(op.getInput(), element) - mean);
    Expr dy = read(gradient, element);
    return std::vector<Expr>{dy * distance, dy};
  };
  const auto products = [](const Tuple &sums, ArrayRef<Expr>) {
    return sums[0];
  };
  const auto gradients = [](const Tuple &sums, ArrayRef<Expr>) {
    return sums[1];
  };
  defineRuns(op, gradient, static_cast<int64_t>(op.getRun()), addends,
             {products, gradients});
}

//===----------------------------------------------------------------------===//
// All runs of a feature
//===----------------------------------------------------------------------===//

/// Runs of each feature.
static double countRuns(Value runs, uint64_t featureIndex) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(runs.getType()).getShape();
  return static_cast<double>(getNumElements(shape) / shape[featureIndex]);
}

FeatureFuncs AlgorithmBuilder::mergeRuns(
    Value runs, uint64_t featureIndex,
    llvm::function_ref<std::vector<Expr>(ArrayRef<Expr>)> terms) {
  return makeFeatureSums(
      describeData(runs, static_cast<int64_t>(featureIndex)),
      [&](ArrayRef<Expr> element, ArrayRef<Expr>) { return terms(element); },
      [](ArrayRef<Expr> sums, ArrayRef<Expr>, const Expr &) {
        return sums.vec();
      });
}

/// With n elements in a run, a = first − pilot:
/// Σ (d + a) = Σ d + n·a, Σ (d + a)² = Σ d² + a·(2·Σ d + n·a).
void AlgorithmBuilder::buildMerge(bn::MergeStatisticsOp op) {
  const uint64_t index = op.getFeatureIndex();
  const size_t rank = shapeOf(op.getFirst()).size();
  Expr length = makeDouble(static_cast<double>(op.getRun()));
  const auto getPilot = [&](const Expr &feature) {
    Indices first(rank, Expr(0));
    first[index] = feature;
    return toDouble(read(op.getFirst(), first));
  };
  const auto terms = [&](ArrayRef<Expr> element) {
    Expr a = toDouble(read(op.getFirst(), element)) - getPilot(element[index]);
    Expr distances = toDouble(read(op.getDistances(), element));
    return std::vector<Expr>{distances + length * a,
                             toDouble(read(op.getSquares(), element)) +
                                 a * (makeDouble(2) * distances + length * a)};
  };
  FeatureFuncs features = mergeRuns(op.getFirst(), index, terms);
  const Var feature = features.feature;
  const Moments moments = getMoments(
      features.totals(feature)[0], features.totals(feature)[1],
      getPilot(feature),
      countRuns(op.getFirst(), index) * static_cast<double>(op.getRun()));
  finishStatistics(op, std::move(features), moments);
}

void AlgorithmBuilder::buildMerge(bn::MergeGradientStatisticsOp op) {
  const auto terms = [&](ArrayRef<Expr> element) {
    return std::vector<Expr>{toDouble(read(op.getProducts(), element)),
                             toDouble(read(op.getGradients(), element))};
  };
  FeatureFuncs features =
      mergeRuns(op.getProducts(), op.getFeatureIndex(), terms);
  const Var feature = features.feature;
  Expr products = features.totals(feature)[0],
       sum = features.totals(feature)[1];
  finishGradientStatistics(op, std::move(features), products, sum);
}

bool AlgorithmBuilder::buildPartialStatistics(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<bn::PartialStatisticsOp, bn::PartialGradientStatisticsOp>(
          [&](auto op) { return buildPartial(op), true; })
      .Case<bn::MergeStatisticsOp, bn::MergeGradientStatisticsOp>(
          [&](auto op) { return buildMerge(op), true; })
      .Default(false);
}
