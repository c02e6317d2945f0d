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
#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
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

/// An f64 value, rounded to one that f32 has. By the bits: of a conversion there
/// and back the code generator would leave nothing.
static Expr roundToFloat(const Expr &value) {
  // f64 has 29 bits more; a carry into the exponent is what rounding wants.
  constexpr uint64_t half = uint64_t(1) << 28, rest = (half << 1) - 1;
  const auto bits = [](uint64_t mask) {
    return Halide::Internal::make_const(Halide::UInt(64), mask);
  };
  Expr rounded =
      (Halide::reinterpret<uint64_t>(value) + bits(half)) & bits(~rest);
  return Halide::reinterpret<double>(rounded);
}

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

/// The dimensions of data of `shape` but the feature's, from the smallest
/// stride on.
static SmallVector<int64_t> getReducedDims(ArrayRef<int64_t> shape,
                                           ArrayRef<int64_t> strides,
                                           int64_t featureIndex) {
  SmallVector<int64_t> dims;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (static_cast<int64_t>(dim) != featureIndex && size != 1)
      dims.push_back(static_cast<int64_t>(dim));
  llvm::sort(dims, [&](int64_t a, int64_t b) {
    return std::pair(strides[a], a) < std::pair(strides[b], b);
  });
  return dims;
}

/// Elements of a run. The sums of one are rounded to f32: they must be few.
/// They are added to the others in f64, which must not count.
static int64_t getRunLength(int64_t pixels, int64_t rowBytes, int lanes) {
  constexpr int64_t runBytes = 16 * 1024, shortest = 16, longest = 64;
  const int64_t steps = (pixels + lanes - 1) / lanes;
  const int64_t wanted =
      lanes > 1 ? longest : std::clamp(runBytes / rowBytes, shortest, longest);
  return std::min(steps, wanted);
}

/// Runs are computed in at most so many parts.
static constexpr int64_t maximumParts = 64;

/// Pixels that runs take side by side, where they are contiguous.
static int getRunLanes(int64_t pixels) {
  constexpr int most = 32, least = 16;
  if (pixels < least)
    return 1;
  return pixels >= 4 * most ? most : least;
}

FeatureFuncs AlgorithmBuilder::describeFeatures(Value data,
                                                int64_t featureIndex) {
  ArrayRef<int64_t> shape = shapeOf(data);
  const SmallVector<int64_t> strides = getDataStrides(data.getType());
  FeatureFuncs features;
  features.feature = Var("feature");
  features.runLane = Var("run_lane");
  features.run = Func("run");
  features.sums = Func("sums");
  features.statistics = Func("statistics");
  for (auto [dim, logical] :
       llvm::enumerate(kernel::getBufferDimOrder(shape.size()))) {
    features.extents.push_back(shape[logical]);
    features.strides.push_back(strides[logical]);
    if (logical == featureIndex)
      features.featureDim = static_cast<int>(dim);
    else
      features.count *= shape[logical];
  }
  return features;
}

FeatureFuncs AlgorithmBuilder::makeSums(Value data, int64_t featureIndex,
                                        int numInputs, const RunTerms &terms,
                                        const RunMerge &merge) {
  ArrayRef<int64_t> shape = shapeOf(data);
  const SmallVector<int64_t> strides = getDataStrides(data.getType());
  const SmallVector<int64_t> dims =
      getReducedDims(shape, strides, featureIndex);
  FeatureFuncs features = describeFeatures(data, featureIndex);
  features.pixels = dims.empty() ? 1 : shape[dims[0]];
  if (!dims.empty() && strides[dims[0]] == 1)
    features.lanes = getRunLanes(features.pixels);
  const int lanes = features.lanes;
  const int64_t rowBytes =
      shape[featureIndex] * numInputs * int64_t(sizeof(float));
  const int64_t length = getRunLength(features.pixels, rowBytes, lanes);
  int64_t runs = (features.pixels + length * lanes - 1) / (length * lanes);
  // So many that they can be divided; the last ones may be empty.
  const int64_t perPart = (runs + maximumParts - 1) / maximumParts;
  if (lanes == 1 && dims.size() == 1)
    runs = perPart * ((runs + perPart - 1) / perPart);
  const int pixels = static_cast<int>(features.pixels);
  const bool divides = features.pixels == runs * length * lanes;

  // A run by the number of it and the indices of the other dimensions.
  std::vector<Var> positions = {Var("run_number")};
  SmallVector<int64_t> sizes = {lanes, runs};
  const ArrayRef<int64_t> outerDims =
      ArrayRef(dims).drop_front(dims.empty() ? 0 : 1);
  for (int64_t dim : outerDims) {
    positions.emplace_back("run_outer" + std::to_string(positions.size()));
    sizes.push_back(shape[dim]);
  }
  RDom within = makeReductionDomain({length});
  features.step = within[0];
  const auto getElement = [&](const Expr &pixel, ArrayRef<Expr> outer) {
    Indices indices(shape.size(), Expr(0));
    indices[featureIndex] = features.feature;
    // A single element is pixel 0.
    if (dims.empty())
      indices[featureIndex] = features.feature + pixel;
    else
      indices[dims[0]] = pixel;
    for (auto [position, dim] : llvm::enumerate(outerDims))
      indices[dim] = outer[position];
    return indices;
  };
  Expr start = positions[0] * static_cast<int>(length * lanes);
  if (lanes > 1)
    start = start + features.runLane;
  const std::vector<Expr> outerPositions(positions.begin() + 1,
                                         positions.end());
  const auto clampPixel = [&](const Expr &pixel) {
    return divides ? pixel : Halide::min(pixel, pixels - 1);
  };
  Expr pixel = start + within[0] * lanes;
  const Indices first = getElement(clampPixel(start), outerPositions);
  const Indices element = getElement(clampPixel(pixel), outerPositions);
  std::vector<Expr> runIndices = {features.feature, features.runLane};
  std::vector<Var> runVars = {features.feature, features.runLane};
  runVars.insert(runVars.end(), positions.begin(), positions.end());
  const std::vector<Expr> addends = terms(element, first);
  std::vector<Expr> zeros(addends.size(), Expr(0.0f)), runSums;
  features.run(runVars) = Tuple(zeros);
  for (auto [index, addend] : llvm::enumerate(addends)) {
    // All but the last run are likely not to end with the data: Halide divides
    // the loop.
    Expr inside =
        divides ? addend
                : Halide::select(Halide::likely(pixel < pixels), addend, 0.0f);
    runSums.push_back(features.run(runVars)[static_cast<int>(index)] + inside);
  }
  features.run(runVars) = Tuple(runSums);

  // The sum of all runs.
  RDom domain = makeReductionDomain(sizes);
  features.lane = domain[0];
  features.reduction = getReductionVars(domain);
  features.reduction.erase(features.reduction.begin());
  features.reductionSizes.assign(sizes.begin() + 1, sizes.end());
  std::vector<Expr> position = {features.feature, Expr(domain[0])};
  std::vector<Expr> outer;
  for (auto [index, var] : llvm::enumerate(features.reduction)) {
    position.emplace_back(var);
    if (index > 0)
      outer.emplace_back(var);
  }
  Expr begin = features.reduction[0] * static_cast<int>(length * lanes);
  if (lanes > 1)
    begin = begin + domain[0];
  Expr count = number(static_cast<double>(length));
  if (!divides)
    count = toDouble(Halide::clamp((pixels - begin + (lanes - 1)) / lanes, 0,
                                   static_cast<int>(length)));
  std::vector<Expr> ofRun;
  for (size_t index = 0; index < addends.size(); ++index)
    ofRun.push_back(toDouble(features.run(position)[static_cast<int>(index)]));
  const std::vector<Expr> merged =
      merge(ofRun, getElement(clampPixel(begin), outer), count);
  std::vector<Expr> noSums(merged.size(), number(0)), sums;
  features.sums(features.feature) = Tuple(noSums);
  for (auto [index, addend] : llvm::enumerate(merged))
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

/// The input of an operator, read by all formulas of it.
class AlgorithmBuilder::InputReader {
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
    Expr a = toDouble(read(first)) - toDouble(pilot(first[featureIndex]));
    return {sums[0] + count * a,
            sums[1] + a * (number(2) * sums[0] + count * a)};
  }

private:
  size_t rank;
  int64_t featureIndex;
  Read read;
};

FeatureFuncs AlgorithmBuilder::makeMoments(Value data, int64_t featureIndex,
                                           const InputReader &input) {
  return makeSums(
      data, featureIndex, /*numInputs=*/1,
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
  const InputReader input(op, readInput);
  FeatureFuncs features =
      makeMoments(op.getInput(), op.getFeatureIndex(), input);
  const Var feature = features.feature;
  Moments moments =
      getMoments(features.sums, feature, input.pilot(feature), getCount(op));
  Expr rounded = roundToFloat(moments.mean), mean = toFloat(rounded);
  Expr factor = toDouble(read(op.getScale(), {feature})) /
                getDeviation(moments.variance, op.getEpsilon());
  Expr rest = Halide::strict_float(moments.mean - rounded);
  Expr shift = toDouble(read(op.getOffset(), {feature})) - rest * factor;
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
  FeatureFuncs features =
      makeMoments(op.getInput(), op.getFeatureIndex(), input);
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
  const auto terms = [&](ArrayRef<Expr> indices, ArrayRef<Expr>) {
    Expr mean = read(op.getMean(), {indices[op.getFeatureIndex()]});
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
  return makeSums(op.getInput(), op.getFeatureIndex(), /*numInputs=*/2, terms,
                  merge);
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
