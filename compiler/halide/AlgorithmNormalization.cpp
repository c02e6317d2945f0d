//===- AlgorithmNormalization.cpp - Batch normalization as Funcs ----------===//
//
// Sums are taken in f64, of distances from an element of the feature (forward)
// or from its mean (backward). The products of f32 numbers are exact there, so
// one pass is as good as two, whatever the mean; and no order of additions
// matters at the precision of the results.
//
// A mean does not fit in f32 when it is much larger than the deviation. What
// rounding takes from it goes into the offset that is added in the end:
//
//   y  = (x − mean)·a + (offset − rest·a),   a = scale/√(variance + epsilon)
//   dx = A·dy + B·(x − mean) + C
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <utility>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::RDom;
using Halide::Tuple;
using Halide::Var;

static Expr toDouble(const Expr &value) { return Halide::cast<double>(value); }

static Expr toFloat(const Expr &value) { return Halide::cast<float>(value); }

/// An f64 number, exactly.
static Expr number(double value) {
  return Halide::Internal::make_const(Halide::Float(64), value);
}

/// √(variance + epsilon) in f64, in which epsilon is given: where a variance is
/// the negative of it, rounding would decide between NaN and infinity.
static Expr getDeviation(const Expr &variance, const llvm::APFloat &epsilon) {
  return Halide::sqrt(toDouble(variance) + number(epsilon.convertToDouble()));
}

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

FeatureFuncs AlgorithmBuilder::makeSums(
    Value data, int64_t featureIndex,
    llvm::function_ref<std::vector<Expr>(ArrayRef<Expr>)> terms) {
  ArrayRef<int64_t> shape = shapeOf(data);
  const SmallVector<int64_t> order = kernel::getBufferDimOrder(shape.size());
  FeatureFuncs features;
  features.feature = Var("feature");
  const SmallVector<int64_t> strides = getDataStrides(data.getType());
  for (auto [dim, logical] : llvm::enumerate(order)) {
    features.extents.push_back(shape[logical]);
    features.strides.push_back(strides[logical]);
    if (logical == featureIndex)
      features.featureDim = static_cast<int>(dim);
  }
  // From the smallest stride on.
  SmallVector<int64_t> reduced;
  for (int64_t logical : order)
    if (logical != featureIndex && shape[logical] != 1)
      reduced.push_back(logical);
  llvm::sort(reduced, [&](int64_t a, int64_t b) {
    return std::pair(strides[a], a) < std::pair(strides[b], b);
  });
  if (reduced.empty())
    reduced.push_back(featureIndex == 0 ? shape.size() - 1 : 0);
  SmallVector<int64_t> sizes;
  for (int64_t logical : reduced)
    sizes.push_back(logical == featureIndex ? 1 : shape[logical]);
  RDom domain = makeReductionDomain(sizes);
  Indices indices(shape.size(), Expr(0));
  indices[featureIndex] = features.feature;
  for (auto [position, logical] : llvm::enumerate(reduced))
    if (logical != featureIndex)
      indices[logical] = domain[static_cast<int>(position)];
  features.reduction = getReductionVars(domain);
  features.reductionSizes.assign(sizes.begin(), sizes.end());

  features.sums = Func("sums");
  features.statistics = Func("statistics");
  const std::vector<Expr> addends = terms(indices);
  const std::vector<Expr> zeros(addends.size(), number(0));
  features.sums(features.feature) = Tuple(zeros);
  std::vector<Expr> sums;
  for (auto [index, addend] : llvm::enumerate(addends))
    sums.push_back(features.sums(features.feature)[static_cast<int>(index)] +
                   addend);
  features.sums(features.feature) = Tuple(sums);
  return features;
}

void AlgorithmBuilder::defineVector(Value result, const FeatureFuncs &features,
                                    int index) {
  declareValue(result);
  Var i = getVars(1)[0];
  values.find(result)->second.func(i) = features.statistics(i)[index];
}

Func AlgorithmBuilder::makeFactor(const std::string &name, int64_t features,
                                  llvm::function_ref<Expr(Expr)> formula) {
  Func factor(name);
  Var feature("feature");
  factor(feature) = formula(feature);
  funcs.factors.emplace_back(factor, static_cast<int>(features));
  return factor;
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

namespace {
/// Mean and population variance of features, in f64.
struct Moments {
  Expr mean, variance;
};
} // namespace

/// The moments of `count` elements from the sums of their distances from
/// `pilot` and of the squares of these.
static Moments getMoments(const Func &sums, const Var &feature,
                          const Expr &pilot, int64_t count) {
  Expr share = number(1.0 / static_cast<double>(count));
  Expr rest = sums(feature)[0] * share;
  Expr variance = sums(feature)[1] * share - rest * rest;
  // Not a maximum, of which a NaN may make 0.
  return {toDouble(pilot) + rest,
          Halide::strict_float(
              Halide::select(variance < number(0), number(0), variance))};
}

/// Elements of each feature.
template <typename Op>
static int64_t getCount(Op op) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  return getNumElements(shape) / shape[op.getFeatureIndex()];
}

namespace {
/// The input of an operator, read by all formulas of it.
class InputReader {
public:
  using Read = llvm::function_ref<Expr(ArrayRef<Expr>)>;

  template <typename Op>
  InputReader(Op op, Read read)
      : rank(op.getInput().getType().getRank()),
        featureIndex(op.getFeatureIndex()), read(read) {}

  Expr operator()(ArrayRef<Expr> indices) const { return read(indices); }

  /// The first element of a feature.
  Expr pilot(const Expr &feature) const {
    Indices first(rank, Expr(0));
    first[featureIndex] = feature;
    return read(first);
  }

  /// Distances from the pilot, and their squares.
  std::vector<Expr> getMomentTerms(ArrayRef<Expr> indices) const {
    Expr distance =
        toDouble(read(indices)) - toDouble(pilot(indices[featureIndex]));
    return {distance, distance * distance};
  }

private:
  size_t rank;
  int64_t featureIndex;
  Read read;
};
} // namespace

void AlgorithmBuilder::buildTraining(bn::TrainingOp op) {
  const auto readInput = [&](ArrayRef<Expr> indices) {
    return read(op.getInput(), indices);
  };
  const InputReader input(op, readInput);
  FeatureFuncs features = makeSums(
      op.getInput(), op.getFeatureIndex(),
      [&](ArrayRef<Expr> indices) { return input.getMomentTerms(indices); });
  const Var feature = features.feature;
  Moments moments =
      getMoments(features.sums, feature, input.pilot(feature), getCount(op));
  Expr mean = toFloat(moments.mean);
  Expr factor = toDouble(read(op.getScale(), {feature})) /
                getDeviation(moments.variance, op.getEpsilon());
  Expr shift = toDouble(read(op.getOffset(), {feature})) -
               (moments.mean - toDouble(mean)) * factor;
  features.statistics(feature) =
      Tuple(mean, toFloat(moments.variance), toFloat(factor), toFloat(shift));
  Indices indices = declare(op);
  Tuple numbers(features.statistics(indices[op.getFeatureIndex()]));
  // Subtracted first: a product with the mean would cancel.
  funcOf(op)(getVars(indices.size())) =
      Halide::strict_float(input(indices) - numbers[0]) * numbers[2] +
      numbers[3];
  defineVector(op.getBatchMean(), features, 0);
  defineVector(op.getBatchVariance(), features, 1);
  features.writesData = true;
  funcs.anchor = std::move(features);
}

void AlgorithmBuilder::buildStatistics(bn::StatisticsOp op) {
  const auto readInput = [&](ArrayRef<Expr> indices) {
    return read(op.getInput(), indices);
  };
  const InputReader input(op, readInput);
  FeatureFuncs features = makeSums(
      op.getInput(), op.getFeatureIndex(),
      [&](ArrayRef<Expr> indices) { return input.getMomentTerms(indices); });
  const Var feature = features.feature;
  Moments moments =
      getMoments(features.sums, feature, input.pilot(feature), getCount(op));
  features.statistics(feature) =
      Tuple(toFloat(moments.mean), toFloat(moments.variance));
  defineVector(op.getMean(), features, 0);
  defineVector(op.getVariance(), features, 1);
  funcs.anchor = std::move(features);
}

//===----------------------------------------------------------------------===//
// Backward
//===----------------------------------------------------------------------===//

template <typename Op>
FeatureFuncs AlgorithmBuilder::makeGradientSums(Op op, bool sumDistances) {
  FeatureFuncs features = makeSums(
      op.getInput(), op.getFeatureIndex(), [&](ArrayRef<Expr> indices) {
        Expr mean = read(op.getMean(), {indices[op.getFeatureIndex()]});
        Expr distance = toDouble(read(op.getInput(), indices)) - toDouble(mean);
        Expr gradient = toDouble(read(op.getOutputGradient(), indices));
        std::vector<Expr> terms = {gradient, gradient * distance};
        if (sumDistances)
          terms.push_back(distance);
        return terms;
      });
  features.numInputs = 2;
  return features;
}

/// The mean that `bn.training` gave is rounded; by how much, the mean of the
/// distances from it says.
void AlgorithmBuilder::buildGradient(bn::GradientOp op) {
  FeatureFuncs features = makeGradientSums(op, /*sumDistances=*/true);
  const Var feature = features.feature;
  Expr share = number(1.0 / static_cast<double>(getCount(op)));
  Expr sum = features.sums(feature)[0],
       rest = features.sums(feature)[2] * share;
  Expr deviation =
      getDeviation(read(op.getVariance(), {feature}), op.getEpsilon());
  Expr scaleGradient = (features.sums(feature)[1] - rest * sum) / deviation;
  Expr factor = toDouble(read(op.getScale(), {feature})) / deviation;
  Expr slope = -factor * scaleGradient * share / deviation;
  Expr shift = -factor * sum * share - slope * rest;
  features.statistics(feature) = Tuple(std::vector<Expr>{
      toFloat(scaleGradient), toFloat(sum), toFloat(factor), toFloat(slope),
      toFloat(shift), read(op.getMean(), {feature})});
  Indices indices = declare(op);
  Tuple numbers(features.statistics(indices[op.getFeatureIndex()]));
  Expr distance =
      Halide::strict_float(read(op.getInput(), indices) - numbers[5]);
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
  Expr deviation =
      getDeviation(read(op.getVariance(), {feature}), op.getEpsilon());
  features.statistics(feature) =
      Tuple(toFloat(features.sums(feature)[1] / deviation),
            toFloat(features.sums(feature)[0]));
  defineVector(op.getScaleGradient(), features, 0);
  defineVector(op.getOffsetGradient(), features, 1);
  funcs.anchor = std::move(features);
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

//===----------------------------------------------------------------------===//
// By given statistics: elementwise
//===----------------------------------------------------------------------===//

template <typename Op>
void AlgorithmBuilder::buildGivenStatistics(Op op) {
  Func factor = makeFactor("factor", shapeOf(op.getMean())[0], [&](Expr c) {
    return toFloat(toDouble(read(op.getScale(), {c})) /
                   getDeviation(read(op.getVariance(), {c}), op.getEpsilon()));
  });
  define(op, [&](ArrayRef<Expr> indices) {
    Expr feature = indices[op.getFeatureIndex()];
    Expr distance =
        read(op.getInput(), indices) - read(op.getMean(), {feature});
    return Halide::strict_float(distance) * factor(feature) +
           read(op.getOffset(), {feature});
  });
}

void AlgorithmBuilder::buildGradientInput(bn::GradientInputOp op) {
  const int64_t features = shapeOf(op.getMean())[0];
  Expr share = number(1.0 / static_cast<double>(getCount(op)));
  const auto getFactor = [&](const Expr &c) {
    return toDouble(read(op.getScale(), {c})) /
           getDeviation(read(op.getVariance(), {c}), op.getEpsilon());
  };
  Func factor = makeFactor("factor", features,
                           [&](Expr c) { return toFloat(getFactor(c)); });
  Func slope = makeFactor("slope", features, [&](Expr c) {
    return toFloat(getFactor(c) * toDouble(read(op.getScaleGradient(), {c})) *
                   share /
                   getDeviation(read(op.getVariance(), {c}), op.getEpsilon()));
  });
  Func shift = makeFactor("shift", features, [&](Expr c) {
    return toFloat(getFactor(c) * share *
                   toDouble(read(op.getOffsetGradient(), {c})));
  });
  define(op, [&](ArrayRef<Expr> indices) {
    Expr c = indices[op.getFeatureIndex()];
    Expr distance = Halide::strict_float(read(op.getInput(), indices) -
                                         read(op.getMean(), {c}));
    return read(op.getOutputGradient(), indices) * factor(c) -
           (distance * slope(c) + shift(c));
  });
}

void AlgorithmBuilder::buildUpdateRunning(bn::UpdateRunningOp op) {
  const auto [keep, update] = op.getFactors();
  Expr kept = number(keep), added = number(update);
  define(op, [&](ArrayRef<Expr> indices) {
    return toFloat(toDouble(read(op.getRunning(), indices)) * kept +
                   toDouble(read(op.getStatistic(), indices)) * added);
  });
}

bool AlgorithmBuilder::buildNormalization(Operation *op) {
  if (auto shift = dyn_cast<bn::ScaleShiftOp>(op)) {
    define(op, [&](ArrayRef<Expr> indices) {
      Expr feature = indices[shift.getFeatureIndex()];
      return read(shift.getScale(), feature) * read(shift.getInput(), indices) +
             read(shift.getShift(), feature);
    });
    return true;
  }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<bn::InferenceOp, bn::NormalizeOp>(
          [&](auto op) { return buildGivenStatistics(op), true; })
      .Case(
          [&](bn::GradientInputOp op) { return buildGradientInput(op), true; })
      .Case(
          [&](bn::UpdateRunningOp op) { return buildUpdateRunning(op), true; })
      .Default(false);
}
