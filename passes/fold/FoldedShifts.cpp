//===- FoldedShifts.cpp - Where shifts end --------------------------------===//
//
// A shift t below an operator W·x + b goes into its bias, s·b + t. Above it,
// W·(s·x + t) + b, it adds at position p
//
//   Σ W·t  over the taps that are read at p:
//
// padding is zero after the scale-shift, not before. Where p makes no
// difference this goes into the bias; elsewhere all sums are added to the
// result, as one constant, and the bias stays as it is, so that each number is
// rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/FoldedShifts.h"

#include "passes/fold/ScaleAndShift.h"

using namespace mlir;

namespace bnopt {

/// A type that broadcasts along all dimensions of `result` but `featureIndex`.
static RankedTensorType getAddendType(RankedTensorType result,
                                      int64_t featureIndex,
                                      int64_t numFeatures) {
  SmallVector<int64_t> shape(result.getRank() - featureIndex, 1);
  shape.front() = numFeatures;
  return RankedTensorType::get(shape, result.getElementType());
}

/// The bias, or the addend where the operator has no place for one.
static ConstantBuffer &makePerFeature(const LinearConstants &constants,
                                      bool takesBias, int64_t featureIndex,
                                      int64_t numFeatures,
                                      FoldedConstants &folded) {
  if (takesBias)
    return folded.bias.emplace(
        RankedTensorType::get({numFeatures}, constants.getBiasElementType()));
  return folded.addend.emplace(
      getAddendType(constants.resultType, featureIndex, numFeatures));
}

bool addShiftBelow(const LinearConstants &constants,
                   const ScaleShiftTarget &target, const ScaleAndShift &below,
                   FoldedConstants &folded) {
  if (!constants.bias && !hasShift(below))
    return true;
  ConstantBuffer &buffer =
      makePerFeature(constants, target.takesBias, below.featureIndex,
                     target.view.numFeatures(), folded);
  return fillSums(buffer, folded.bound, [&](int64_t feature) -> SumOfTerms {
    const double bias = constants.bias ? (*constants.bias)[feature] : 0;
    const double scaled = below.scale[feature] * bias;
    const double shift = below.shift[feature];
    return {scaled + shift, std::fabs(scaled) + std::fabs(shift)};
  });
}

/// Whether every position reads the same taps.
static bool readsSameTaps(const ScaleShiftTargetAbove &target) {
  return llvm::all_of(target.readTaps, [](const ReadTaps &positions) {
    return llvm::all_equal(positions);
  });
}

int64_t getNumAddendElements(const ScaleShiftTargetAbove &target,
                             const ScaleAndShift &above) {
  if (!hasShift(above))
    return 0;
  int64_t numElements = target.resultView.numFeatures();
  if (readsSameTaps(target))
    return target.takesBias ? 0 : numElements;
  for (const ReadTaps &positions : target.readTaps)
    numElements *= static_cast<int64_t>(positions.size());
  return numElements;
}

/// Σ W·t of each feature of the result and tap, and the number of weights in
/// each sum.
static std::vector<double> sumByTap(const ConstantData &weights,
                                    const ScaleShiftTargetAbove &target,
                                    const ScaleAndShift &above) {
  const int64_t numTaps = ShapedType::getNumElements(target.window);
  std::vector<double> sums(target.resultView.numFeatures() * numTaps);
  FeatureCursor inputCursor(target.inputView, 0);
  FeatureCursor resultCursor(target.resultView, 0);
  for (int64_t index = 0; index < weights.getNumElements(); ++index) {
    sums[resultCursor.getFeature() * numTaps + index % numTaps] +=
        weights[index] * above.shift[inputCursor.getFeature()];
    inputCursor.advance(1);
    resultCursor.advance(1);
  }
  return sums;
}

/// The row-major index of each tap that is read where `position`, row-major
/// over all spatial dimensions, is.
static SmallVector<int64_t> getReadTaps(const ScaleShiftTargetAbove &target,
                                        int64_t position) {
  SmallVector<int64_t> taps = {0};
  SmallVector<int64_t> coordinates(target.readTaps.size());
  for (size_t dim = target.readTaps.size(); dim-- > 0;) {
    const auto size = static_cast<int64_t>(target.readTaps[dim].size());
    coordinates[dim] = position % size;
    position /= size;
  }
  for (auto [dim, positions] : llvm::enumerate(target.readTaps)) {
    SmallVector<int64_t> inner;
    for (int64_t outerTap : taps)
      for (int64_t tap : positions[coordinates[dim]])
        inner.push_back(outerTap * target.window[dim] + tap);
    taps = std::move(inner);
  }
  return taps;
}

/// The shape of one addend per feature and position.
static RankedTensorType getMapType(const LinearConstants &constants,
                                   const ScaleShiftTargetAbove &target) {
  SmallVector<int64_t> shape = {1, target.resultView.numFeatures()};
  for (const ReadTaps &positions : target.readTaps)
    shape.push_back(static_cast<int64_t>(positions.size()));
  return RankedTensorType::get(shape, constants.resultType.getElementType());
}

/// Σ W·t for each feature and position.
static bool fillMap(const LinearConstants &constants,
                    const ScaleShiftTargetAbove &target,
                    const ScaleAndShift &above, const WeightSums &sums,
                    double roundoff, FoldedConstants &folded) {
  folded.addend.emplace(getMapType(constants, target));
  const int64_t numTaps = ShapedType::getNumElements(target.window);
  const std::vector<double> tapSums =
      sumByTap(constants.weights, target, above);
  const int64_t numPositions = folded.addend->getType().getNumElements() /
                               target.resultView.numFeatures();
  std::vector<SmallVector<int64_t>> taps(numPositions);
  for (int64_t position = 0; position < numPositions; ++position)
    taps[position] = getReadTaps(target, position);
  return fillSums(*folded.addend, folded.bound,
                  [&](int64_t index) -> SumOfTerms {
                    const int64_t feature = index / numPositions;
                    double sum = 0;
                    for (int64_t tap : taps[index % numPositions])
                      sum += tapSums[feature * numTaps + tap];
                    const double magnitude = sums.shiftMagnitude[feature];
                    return {sum, magnitude, roundoff * magnitude};
                  });
}

/// b + Σ W·t for each feature. A window whose taps are not all read anywhere
/// has its sums from the first position, which is like all others.
static bool fillUniform(const LinearConstants &constants,
                        const ScaleShiftTargetAbove &target,
                        const ScaleAndShift &above, const WeightSums &sums,
                        double roundoff, FoldedConstants &folded) {
  const int64_t numFeatures = target.resultView.numFeatures();
  std::vector<double> shifts = sums.shift;
  if (!target.readTaps.empty()) {
    const int64_t numTaps = ShapedType::getNumElements(target.window);
    const std::vector<double> tapSums =
        sumByTap(constants.weights, target, above);
    const SmallVector<int64_t> taps = getReadTaps(target, 0);
    for (int64_t feature = 0; feature < numFeatures; ++feature) {
      shifts[feature] = 0;
      for (int64_t tap : taps)
        shifts[feature] += tapSums[feature * numTaps + tap];
    }
  }
  ConstantBuffer &buffer =
      makePerFeature(constants, target.takesBias, target.resultFeatureIndex,
                     numFeatures, folded);
  return fillSums(buffer, folded.bound, [&](int64_t feature) -> SumOfTerms {
    const double bias = constants.bias ? (*constants.bias)[feature] : 0;
    const double magnitude = std::fabs(bias) + sums.shiftMagnitude[feature];
    return {bias + shifts[feature], magnitude, roundoff * magnitude};
  });
}

bool addShiftAbove(const LinearConstants &constants,
                   const ScaleShiftTargetAbove &target,
                   const ScaleAndShift &above, const WeightSums &sums,
                   FoldedConstants &folded) {
  if (!hasShift(above))
    return true;
  // Adding n terms in any order errs by n·2⁻⁵³ of their magnitudes at most, and
  // a product by 2⁻⁵³.
  const double terms = static_cast<double>(
      constants.weights.getNumElements() / target.resultView.numFeatures() + 2);
  const double roundoff = terms * std::numeric_limits<double>::epsilon() / 2;
  return readsSameTaps(target)
             ? fillUniform(constants, target, above, sums, roundoff, folded)
             : fillMap(constants, target, above, sums, roundoff, folded);
}

} // namespace bnopt
