//===- FoldedShifts.h - The parts of FoldedWeights ------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDEDSHIFTS_H
#define BNOPT_PASSES_FOLD_FOLDEDSHIFTS_H

#include "passes/fold/FoldedWeights.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

namespace bnopt {

/// Below it f32 rounds in absolute steps of 2⁻¹⁴⁹: too small for any result.
inline constexpr double smallestNormal = std::numeric_limits<float>::min();

/// Names the feature of one element after the other.
class FeatureCursor {
public:
  FeatureCursor(const FeatureView &view, int64_t index)
      : view(view), left(view.inner - index % view.inner) {
    const int64_t run = index / view.inner;
    inGroup = run % view.featuresPerGroup;
    outer = run / view.featuresPerGroup % view.outer;
    base = run / view.featuresPerGroup / view.outer * view.featuresPerGroup;
  }

  int64_t getFeature() const { return base + inGroup; }
  /// Elements from here on that have this feature.
  int64_t getRunLength() const { return left; }

  /// Goes on by `count <= getRunLength()` elements.
  void advance(int64_t count) {
    left -= count;
    if (left > 0)
      return;
    left = view.inner;
    if (++inGroup < view.featuresPerGroup)
      return;
    inGroup = 0;
    if (++outer < view.outer)
      return;
    outer = 0;
    base += view.featuresPerGroup;
  }

private:
  FeatureView view;
  int64_t left, inGroup, outer, base;
};

/// Sums over the weights of each feature of the result.
struct WeightSums {
  explicit WeightSums(int64_t numFeatures)
      : error(numFeatures), magnitude(numFeatures), shift(numFeatures),
        shiftMagnitude(numFeatures) {}

  void add(const WeightSums &other) {
    const auto addTo = [](std::vector<double> &to,
                          const std::vector<double> &from) {
      std::transform(to.begin(), to.end(), from.begin(), to.begin(),
                     std::plus<double>());
    };
    addTo(error, other.error);
    addTo(magnitude, other.magnitude);
    addTo(shift, other.shift);
    addTo(shiftMagnitude, other.shiftMagnitude);
    finite &= other.finite;
  }

  /// Σ|W' − fl(W')|, Σ max(|W'|, m), Σ W·t, Σ|W·t|.
  std::vector<double> error, magnitude, shift, shiftMagnitude;
  bool finite = true;
};

/// A number before rounding, and how sure it is.
struct SumOfTerms {
  double value;
  /// The sum of the magnitudes of the terms.
  double magnitude;
  /// The error of adding them in f64.
  double error = 0;
};

/// Fills `buffer`, raises `bound`, and returns whether all numbers are finite.
template <typename SumAt>
bool fillSums(ConstantBuffer &buffer, double &bound, SumAt &&sumAt) {
  for (int64_t i = 0, e = buffer.getType().getNumElements(); i < e; ++i) {
    const SumOfTerms sum = sumAt(i);
    const double error =
        std::fabs(sum.value - buffer.store(i, sum.value)) + sum.error;
    if (!std::isfinite(error))
      return false;
    bound = std::max(bound, error / std::max(sum.magnitude, smallestNormal));
  }
  return true;
}

/// Makes the bias or the addend of `folded` for a shift below or above the
/// operator, and raises its bound. Returns whether all numbers are finite.
bool addShiftBelow(const LinearConstants &constants,
                   const ScaleShiftTarget &target, const ScaleAndShift &below,
                   FoldedConstants &folded);
bool addShiftAbove(const LinearConstants &constants,
                   const ScaleShiftTargetAbove &target,
                   const ScaleAndShift &above, const WeightSums &sums,
                   FoldedConstants &folded);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDEDSHIFTS_H
