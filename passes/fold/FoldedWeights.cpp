//===- FoldedWeights.cpp - The arithmetic of folding ----------------------===//
//
// A linear operator y = W·x + b followed by s·y + t, per feature of y, is the
// operator with
//
//   W' = s·W,  b' = s·b + t,
//
// whatever its strides, pads, dilations and groups: the operator itself says
// which weight belongs to which feature. The operator of s·x + t, per feature
// of x, has W' = W·s and the bias that FoldedShifts computes.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/FoldedWeights.h"

#include "passes/fold/FoldedShifts.h"

#include "mlir/IR/Threading.h"

#include <algorithm>

using namespace mlir;

namespace bnopt {

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {

/// What `scaleWeights` computes: the weights times the scales of the features
/// in `scaleView`, summed by those in `resultView`.
struct WeightsJob {
  const ConstantData &weights;
  FeatureView scaleView, resultView;
  const ScaleAndShift &values;
  ConstantBuffer &result;
};

} // namespace

static void scaleRange(const WeightsJob &job, int64_t begin, int64_t end,
                       WeightSums &sums) {
  FeatureCursor scaleCursor(job.scaleView, begin);
  FeatureCursor resultCursor(job.resultView, begin);
  for (int64_t index = begin; index < end;) {
    const int64_t count = std::min(
        {scaleCursor.getRunLength(), resultCursor.getRunLength(), end - index});
    const int64_t feature = scaleCursor.getFeature();
    const double scale = job.values.scale[feature];
    double error = 0, magnitude = 0, total = 0, totalMagnitude = 0;
    for (const int64_t runEnd = index + count; index < runEnd; ++index) {
      const double weight = job.weights[index];
      const double scaled = scale * weight;
      error += std::fabs(scaled - job.result.store(index, scaled));
      magnitude += std::max(std::fabs(scaled), smallestNormal);
      total += weight;
      totalMagnitude += std::fabs(weight);
    }
    const int64_t row = resultCursor.getFeature();
    sums.error[row] += error;
    sums.magnitude[row] += magnitude;
    sums.shift[row] += total * job.values.shift[feature];
    sums.shiftMagnitude[row] +=
        totalMagnitude * std::fabs(job.values.shift[feature]);
    // Infinite or NaN where a scaled weight, stored or not, is.
    sums.finite &= std::isfinite(error);
    scaleCursor.advance(count);
    resultCursor.advance(count);
  }
}

/// Fills the result, in parts that threads share out. The parts do not depend
/// on the number of threads, so neither do the sums.
static WeightSums scaleWeights(const WeightsJob &job, MLIRContext *context) {
  // A part takes at least 100 µs, far more than handing it out; each has its
  // own sums, so there are not many.
  constexpr int64_t elementsPerPart = 1 << 16, maxParts = 16;
  const int64_t numElements = job.weights.getNumElements();
  const int64_t numParts = std::clamp<int64_t>(
      llvm::divideCeil(numElements, elementsPerPart), 1, maxParts);
  std::vector<WeightSums> parts(numParts,
                                WeightSums(job.resultView.numFeatures()));
  const auto runPart = [&](int64_t part) {
    scaleRange(job, numElements * part / numParts,
               numElements * (part + 1) / numParts, parts[part]);
  };
  if (numParts == 1)
    runPart(0);
  else
    parallelFor(context, 0, numParts, runPart);
  for (int64_t part = 1; part < numParts; ++part)
    parts.front().add(parts[part]);
  return std::move(parts.front());
}

/// The part of the bound that is the weights'.
static double getWeightsBound(const WeightSums &sums) {
  double bound = 0;
  for (auto [error, magnitude] : llvm::zip_equal(sums.error, sums.magnitude))
    if (error > 0)
      bound = std::max(bound, error / magnitude);
  return bound;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

static LogicalResult refuseNotFinite(std::string &reason, StringRef what) {
  reason = (what + " are not finite in their type").str();
  return failure();
}

FailureOr<FoldedConstants> foldBelow(const LinearConstants &constants,
                                     const ScaleShiftTarget &target,
                                     const ScaleAndShift &below,
                                     MLIRContext *context,
                                     std::string &reason) {
  FoldedConstants folded{ConstantBuffer(constants.weights.getType())};
  const WeightSums sums = scaleWeights(
      {constants.weights, target.view, target.view, below, folded.weights},
      context);
  if (!sums.finite)
    return refuseNotFinite(reason, "the scaled weights");
  folded.bound = getWeightsBound(sums);

  if (!addShiftBelow(constants, target, below, folded))
    return refuseNotFinite(reason, "the shifted biases");
  return folded;
}

FailureOr<FoldedConstants> foldAbove(const LinearConstants &constants,
                                     const ScaleShiftTargetAbove &target,
                                     const ScaleAndShift &above,
                                     MLIRContext *context,
                                     std::string &reason) {
  FoldedConstants folded{ConstantBuffer(constants.weights.getType())};
  const WeightSums sums =
      scaleWeights({constants.weights, target.inputView, target.resultView,
                    above, folded.weights},
                   context);
  if (!sums.finite)
    return refuseNotFinite(reason, "the scaled weights");
  folded.bound = getWeightsBound(sums);
  if (!addShiftAbove(constants, target, above, sums, folded))
    return refuseNotFinite(reason, "the shifted biases");
  return folded;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

RankedTensorType getScaledConstantType(RankedTensorType type,
                                       const ScaleAndShift &values) {
  SmallVector<int64_t> shape(type.getShape());
  if (values.featureIndex < 0)
    shape.insert(shape.begin(), -values.featureIndex, 1);
  shape[std::max<int64_t>(values.featureIndex, 0)] =
      static_cast<int64_t>(values.numFeatures());
  return type.clone(shape);
}

FailureOr<FoldedConstants> foldConstant(const ConstantData &constant,
                                        const ScaleAndShift &values,
                                        std::string &reason) {
  const RankedTensorType type =
      getScaledConstantType(constant.getType(), values);
  const int64_t dim = std::max<int64_t>(values.featureIndex, 0);
  FeatureView view;
  view.featuresPerGroup = type.getDimSize(dim);
  view.outer = ShapedType::getNumElements(type.getShape().take_front(dim));
  view.inner = ShapedType::getNumElements(type.getShape().drop_front(dim + 1));
  // Repeated along the features, an element is found without them.
  const bool repeats = type.getNumElements() != constant.getNumElements();
  FoldedConstants folded{ConstantBuffer(type)};
  const auto sumAt = [&](int64_t index) -> SumOfTerms {
    const int64_t feature = view.getFeature(index);
    const int64_t source =
        repeats ? index / view.inner / view.featuresPerGroup * view.inner +
                      index % view.inner
                : index;
    const double scaled = values.scale[feature] * constant[source];
    const double shift = values.shift[feature];
    return {scaled + shift, std::fabs(scaled) + std::fabs(shift)};
  };
  if (!fillSums(folded.weights, folded.bound, sumAt))
    return refuseNotFinite(reason, "the scaled constants");
  return folded;
}

} // namespace bnopt
