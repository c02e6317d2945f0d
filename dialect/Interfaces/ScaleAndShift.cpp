//===- ScaleAndShift.cpp - The numbers of a scale-shift -------------------===//

#include "dialect/Interfaces/ScaleAndShift.h"

#include "llvm/ADT/STLExtras.h"

namespace bnopt {

bool hasScale(const ScaleAndShift &values) {
  return llvm::any_of(values.scale, [](double scale) { return scale != 1; });
}

bool hasShift(const ScaleAndShift &values) {
  return llvm::any_of(values.shift, [](double shift) { return shift != 0; });
}

bool hasNonNegativeScales(const ScaleAndShift &values) {
  return llvm::all_of(values.scale, [](double s) { return s >= 0; });
}

bool hasNonPositiveScales(const ScaleAndShift &values) {
  return llvm::all_of(values.scale, [](double s) { return s <= 0; });
}

bool hasNonZeroScales(const ScaleAndShift &values) {
  return llvm::all_of(values.scale, [](double s) { return s != 0; });
}

ScaleAndShift compose(const ScaleAndShift &second, const ScaleAndShift &first) {
  assert(second.featureIndex == first.featureIndex &&
         second.numFeatures() == first.numFeatures() && "the same features");
  ScaleAndShift composed(second);
  for (size_t c = 0; c < composed.numFeatures(); ++c) {
    composed.shift[c] += second.scale[c] * first.shift[c];
    composed.scale[c] *= first.scale[c];
  }
  return composed;
}

ScaleAndShift takeScale(const ScaleAndShift &values) {
  ScaleAndShift taken(values.numFeatures(), values.featureIndex);
  taken.scale = values.scale;
  return taken;
}

ScaleAndShift takeShift(const ScaleAndShift &values) {
  ScaleAndShift taken(values.numFeatures(), values.featureIndex);
  taken.shift = values.shift;
  return taken;
}

ScaleAndShift withShiftsTimes(ScaleAndShift values, double factor) {
  for (double &t : values.shift)
    t *= factor;
  return values;
}

ScaleAndShift alongDim(ScaleAndShift values, int64_t featureIndex) {
  values.featureIndex = featureIndex;
  return values;
}

} // namespace bnopt
