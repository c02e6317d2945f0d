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

} // namespace bnopt

#endif // BNOPT_DIALECT_INTERFACES_SCALEANDSHIFT_H
