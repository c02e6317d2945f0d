//===- OracleAffine.h - What operators make of affine maps ----------------===//

#ifndef BNOPT_TEST_PROPERTY_ORACLEAFFINE_H
#define BNOPT_TEST_PROPERTY_ORACLEAFFINE_H

#include "test/property/OracleRules.h"

namespace bnopt::property {

inline Affine withoutShift(Affine map) {
  map.shift.assign(map.size(), 0);
  return map;
}
inline Affine timesShift(Affine map, double factor) {
  for (double &t : map.shift)
    t *= factor;
  return map;
}
/// The same along another dimension.
inline Affine along(Affine map, int64_t dim) {
  map.dim = dim;
  return map;
}

/// Picks features: that at index i of the answer is `source(i)` of `map`.
template <typename Source>
Affine pick(const Affine &map, int64_t count, int64_t dim, Source &&source) {
  Affine picked = Affine::identity(count, dim);
  for (int64_t i = 0; i < count; ++i) {
    picked.scale[i] = map.scale[source(i)];
    picked.shift[i] = map.shift[source(i)];
  }
  return picked;
}

/// Writes the features of `map` to `target(i)` of a map of `count` features.
template <typename Target>
Affine place(const Affine &map, int64_t count, int64_t dim, Target &&target) {
  Affine placed = Affine::identity(count, dim);
  for (size_t i = 0; i < map.size(); ++i) {
    placed.scale[target(i)] = map.scale[i];
    placed.shift[target(i)] = map.shift[i];
  }
  return placed;
}

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_ORACLEAFFINE_H
