//===- AlgorithmNormalization.cpp - Batch normalization as Funcs ----------===//
//
// Sums are taken in one pass. A run of at most 64 elements is summed in f32, of
// distances from its first element (forward) or from the mean (backward). Runs
// are added in f64, relative to the first element of the feature.
//
// One pass is as good as two: only inside a run can squares be rounded off,
// where its first element lies k deviations from the mean, by 2⁻²⁴·(1 + k²) of
// the variance. If a share f of the runs begins so, then these elements alone
// make f·k²/64 of the variance at least; so what is lost of it is at most
// 64·2⁻²⁴, or 4e-6. In f64 the same bound holds for a mean of 1e8 deviations.
//
// A mean does not fit in f32 when it is much larger than the deviation. What
// rounding takes from it goes into the offset that is added in the end:
//
//   y  = (x − mean)·a + (offset − rest·a),   a = scale/√(variance + epsilon)
//   dx = A·dy + B·(x − mean) + C
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/BatchNormFormulas.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <utility>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::Tuple;
using Halide::Var;

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

SmallVector<int64_t> AlgorithmBuilder::getDataStrides(Type type) {
  for (BlockArgument arg : kernel.getBody().getArguments())
    if (cast<RankedTensorType>(arg.getType()).getShape() ==
        cast<RankedTensorType>(type).getShape())
      return view.getLayout(type, kernel.getArgLayout(arg.getArgNumber()))
          .strides;
  return view.getLayout(type, Attribute()).strides;
}

FeatureData AlgorithmBuilder::describeData(Value data, int64_t featureIndex) {
  const ArrayRef<int64_t> shape =
      cast<RankedTensorType>(data.getType()).getShape();
  const bool isImage = shape.size() > 2 && featureIndex == 1;
  return {llvm::to_vector(shapeOf(data)), getDataStrides(data.getType()),
          featureIndex, isImage ? shape.back() : 1, view.repeats()};
}

Expr AlgorithmBuilder::getFeature(const Expr &index, int64_t features) const {
  return view.repeats() == 1 ? index : index % static_cast<int>(features);
}

Tuple AlgorithmBuilder::readStatistics(FeatureFuncs &features,
                                       const Expr &index) const {
  features.repeatedStatistics = features.statistics;
  if (features.repeats > 1) {
    const int numFeatures =
        features.extents[features.featureDim] / features.repeats;
    features.repeatedStatistics = Func("repeated_statistics");
    features.repeatedStatistics(features.feature) =
        Tuple(features.statistics(features.feature % numFeatures));
  }
  return features.repeatedStatistics(index);
}

void AlgorithmBuilder::defineVector(Value result, const FeatureFuncs &features,
                                    int index) {
  declareValue(result);
  Var i = getVars(1)[0];
  values.find(result)->second.func(i) = features.statistics(i)[index];
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

/// The input of an operator, read by all formulas of it.
class AlgorithmBuilder::InputReader {
public:
  using Read = llvm::function_ref<Expr(ArrayRef<Expr>)>;

  template <typename Op>
  InputReader(AlgorithmBuilder &builder, Op op, Read read)
      : rank(op.getInput().getType().getRank()),
        featureIndex(op.getFeatureIndex()), read(read) {
    if (builder.view.repeats() > 1)
      repeatedPilot = builder.makeFactor(op, "pilot", [&](const Expr &index) {
        const auto shape = op.getInput().getType().getShape();
        return pilot(builder.getFeature(index, shape[featureIndex]));
      });
  }

  Expr operator()(ArrayRef<Expr> indices) const { return read(indices); }

  /// The first element of a feature.
  Expr pilot(const Expr &feature) const {
    Indices first(rank, Expr(0));
    first[featureIndex] = feature;
    return read(first);
  }

  /// Distances from the first element of a run, and their squares.
  std::vector<Expr> getMomentTerms(ArrayRef<Expr> indices,
                                   ArrayRef<Expr> first) const {
    Expr distance = Halide::strict_float(read(indices) - read(first));
    return {distance, distance * distance};
  }

  /// The same from the first element of the feature. With a = first − pilot:
  /// Σ (d + a) = Σ d + n·a, Σ (d + a)² = Σ d² + a·(2·Σ d + n·a).
  std::vector<Expr> mergeMoments(ArrayRef<Expr> sums, ArrayRef<Expr> first,
                                 const Expr &count) const {
    const Expr &index = first[featureIndex];
    Expr origin = repeatedPilot.defined() ? repeatedPilot(index) : pilot(index);
    Expr a = toDouble(read(first)) - toDouble(origin);
    return {sums[0] + count * a,
            sums[1] + a * (makeDouble(2) * sums[0] + count * a)};
  }

private:
  size_t rank;
  int64_t featureIndex;
  Read read;
  /// The first elements of features that are repeated, for each repeat.
  Func repeatedPilot;
};

FeatureFuncs AlgorithmBuilder::makeMoments(Value data, int64_t featureIndex,
                                           const InputReader &input) {
  return makeFeatureSums(
      describeData(data, featureIndex),
      [&](ArrayRef<Expr> indices, ArrayRef<Expr> first) {
        return input.getMomentTerms(indices, first);
      },
      [&](ArrayRef<Expr> sums, ArrayRef<Expr> first, const Expr &count) {
        return input.mergeMoments(sums, first, count);
      });
}

void AlgorithmBuilder::buildTraining(bn::TrainingOp op) {
  const auto readInput = [&](ArrayRef<Expr> indices) {
    return read(op.getInput(), indices);
  };
  const InputReader input(*this, op, readInput);
  FeatureFuncs features =
      makeMoments(op.getInput(), op.getFeatureIndex(), input);
  const Var feature = features.feature;
  Moments moments = getMoments(
      features.totals(feature)[0], features.totals(feature)[1],
      toDouble(input.pilot(feature)), static_cast<double>(getCount(op)));
  // Of numbers that f32 has, so that the parts that a training is split into
  // compute the same.
  const auto [mean, rest] = roundMean(moments.mean);
  Expr variance = roundToFloat(moments.variance);
  Expr deviation =
      Halide::sqrt(variance + makeDouble(op.getEpsilon().convertToDouble()));
  Expr factor = toDouble(read(op.getScale(), {feature})) / deviation;
  Expr shift = getShift(toDouble(read(op.getOffset(), {feature})), rest, factor,
                        deviation);
  std::vector<Expr> statistics = {toFloat(mean), toFloat(variance),
                                  toFloat(factor), toFloat(shift)};
  if (op.getMeanRest())
    statistics.push_back(toFloat(rest));
  features.statistics(feature) = Tuple(statistics);
  Indices indices = declare(op);
  const Tuple numbers = readStatistics(features, indices[op.getFeatureIndex()]);
  // Subtracted first: a product with the mean would cancel.
  funcOf(op)(getVars(indices.size())) =
      Halide::strict_float(input(indices) - numbers[0]) * numbers[2] +
      numbers[3];
  defineVector(op.getBatchMean(), features, 0);
  defineVector(op.getBatchVariance(), features, 1);
  if (op.getMeanRest())
    defineVector(op.getMeanRest(), features, 4);
  features.writesData = true;
  funcs.anchor = std::move(features);
}

void AlgorithmBuilder::buildStatistics(bn::StatisticsOp op) {
  const auto readInput = [&](ArrayRef<Expr> indices) {
    return read(op.getInput(), indices);
  };
  const InputReader input(*this, op, readInput);
  FeatureFuncs features =
      makeMoments(op.getInput(), op.getFeatureIndex(), input);
  const Var feature = features.feature;
  Moments moments = getMoments(
      features.totals(feature)[0], features.totals(feature)[1],
      toDouble(input.pilot(feature)), static_cast<double>(getCount(op)));
  finishStatistics(op, std::move(features), moments);
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

template <typename Op>
FeatureFuncs AlgorithmBuilder::makeGradientSums(Op op, bool sumDistances) {
  const auto terms = [&](ArrayRef<Expr> indices, ArrayRef<Expr>) {
    Expr mean = readFeature(op, op.getMean(), indices[op.getFeatureIndex()]);
    Expr distance = Halide::strict_float(read(op.getInput(), indices) - mean);
    Expr gradient = read(op.getOutputGradient(), indices);
    std::vector<Expr> addends = {gradient, gradient * distance};
    if (sumDistances)
      addends.push_back(distance);
    return addends;
  };
  const auto merge = [](ArrayRef<Expr> sums, ArrayRef<Expr>, const Expr &) {
    return sums.vec();
  };
  FeatureData data = describeData(op.getInput(), op.getFeatureIndex());
  data.readsFeatures = true;
  return makeFeatureSums(data, terms, merge);
}

/// The mean that `bn.training` gave is rounded; by how much, the mean of the
/// distances from it says.
void AlgorithmBuilder::buildGradient(bn::GradientOp op) {
  FeatureFuncs features = makeGradientSums(op, /*sumDistances=*/true);
  const Var feature = features.feature;
  Expr share = makeDouble(1.0 / static_cast<double>(getCount(op)));
  Expr sum = features.totals(feature)[0],
       rest = features.totals(feature)[2] * share;
  // One division for all: of many features they would count.
  Expr inverse = Halide::strict_float(
      makeDouble(1) /
      getDeviation(read(op.getVariance(), {feature}), op.getEpsilon()));
  Expr scaleGradient = (features.totals(feature)[1] - rest * sum) * inverse;
  Expr factor = toDouble(read(op.getScale(), {feature})) * inverse;
  Expr slope = -factor * scaleGradient * share * inverse;
  Expr shift = -factor * sum * share - slope * rest;
  features.statistics(feature) =
      Tuple(std::vector<Expr>{toFloat(scaleGradient), toFloat(sum),
                              toFloat(factor), toFloat(slope), toFloat(shift)});
  Indices indices = declare(op);
  Expr c = indices[op.getFeatureIndex()];
  const Tuple numbers = readStatistics(features, c);
  Expr distance = Halide::strict_float(read(op.getInput(), indices) -
                                       readFeature(op, op.getMean(), c));
  funcOf(op)(getVars(indices.size())) =
      read(op.getOutputGradient(), indices) * numbers[2] +
      (distance * numbers[3] + numbers[4]);
  defineVector(op.getScaleGradient(), features, 0);
  defineVector(op.getOffsetGradient(), features, 1);
  features.writesData = true;
  funcs.anchor = std::move(features);
}

void AlgorithmBuilder::buildGradientStatistics(bn::GradientStatisticsOp op) {
  FeatureFuncs features = makeGradientSums(op, /*sumDistances=*/false);
  const Var feature = features.feature;
  Expr sum = features.totals(feature)[0],
       products = features.totals(feature)[1];
  finishGradientStatistics(op, std::move(features), products, sum);
}

bool AlgorithmBuilder::buildFeatureStatistics(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](bn::TrainingOp op) { return buildTraining(op), true; })
      .Case([&](bn::StatisticsOp op) { return buildStatistics(op), true; })
      .Case([&](bn::GradientOp op) { return buildGradient(op), true; })
      .Case([&](bn::GradientStatisticsOp op) {
        return buildGradientStatistics(op), true;
      })
      .Default(false);
}
