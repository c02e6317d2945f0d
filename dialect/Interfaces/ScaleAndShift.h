//===- ScaleAndShift.h - The numbers of a scale-shift ---------------------===//

#ifndef BNOPT_DIALECT_INTERFACES_SCALEANDSHIFT_H
#define BNOPT_DIALECT_INTERFACES_SCALEANDSHIFT_H

#include <cassert>
#include <cstdint>
#include <vector>

namespace bnopt {

/// `scale[c]·x + shift[c]`, c along dimension 'featureIndex', in f64 until it
/// ends in weights.
struct ScaleAndShift {
  explicit ScaleAndShift(size_t numFeatures = 0, int64_t featureIndex = 1)
      : scale(numFeatures, 1.0), shift(numFeatures, 0.0),
        featureIndex(featureIndex) {}

  size_t numFeatures() const {
    assert(scale.size() == shift.size() && "one scale and shift per feature");
    return scale.size();
  }

  std::vector<double> scale, shift;
  int64_t featureIndex;
};

/// Whether a scale is not 1, a shift not 0.
bool hasScale(const ScaleAndShift &values);
bool hasShift(const ScaleAndShift &values);
inline bool isIdentity(const ScaleAndShift &values) {
  return !hasScale(values) && !hasShift(values);
}

/// No scale is negative; −0.0 is not.
bool hasNonNegativeScales(const ScaleAndShift &values);
bool hasNonPositiveScales(const ScaleAndShift &values);
bool hasNonZeroScales(const ScaleAndShift &values);

/// `second` after `first`: s = s₂·s₁, t = s₂·t₁ + t₂.
ScaleAndShift compose(const ScaleAndShift &second, const ScaleAndShift &first);

/// The scales alone, or the shifts alone.
ScaleAndShift takeScale(const ScaleAndShift &values);
ScaleAndShift takeShift(const ScaleAndShift &values);
/// The shifts multiplied by `factor`.
ScaleAndShift withShiftsTimes(ScaleAndShift values, double factor);
/// The same numbers along another dimension.
ScaleAndShift alongDim(ScaleAndShift values, int64_t featureIndex);

} // namespace bnopt

#endif // BNOPT_DIALECT_INTERFACES_SCALEANDSHIFT_H
