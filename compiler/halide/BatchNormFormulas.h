//===- BatchNormFormulas.h - What whole and split batch norms share -------===//

#ifndef BNOPT_COMPILER_HALIDE_BATCHNORMFORMULAS_H
#define BNOPT_COMPILER_HALIDE_BATCHNORMFORMULAS_H

#include "compiler/halide/Doubles.h"

#include "llvm/ADT/APFloat.h"

#include <cstdint>
#include <functional>
#include <numeric>

namespace bnopt {

/// Elements of each feature of the input of `op`.
template <typename Op>
int64_t getCount(Op op) {
  const llvm::ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>()) /
         shape[op.getFeatureIndex()];
}

/// An f64 value, rounded to one that f32 has. By the bits: of a conversion
/// there and back the code generator would leave nothing.
inline Halide::Expr roundToFloat(const Halide::Expr &value) {
  // f64 has 29 bits more; a carry into the exponent is what rounding wants.
  constexpr uint64_t half = uint64_t(1) << 28, rest = (half << 1) - 1;
  const auto bits = [](uint64_t mask) {
    return Halide::Internal::make_const(Halide::UInt(64), mask);
  };
  Halide::Expr rounded =
      (Halide::reinterpret<uint64_t>(value) + bits(half)) & bits(~rest);
  return Halide::reinterpret<double>(rounded);
}

/// A mean as f32 has it, and what rounding has taken from it.
struct RoundedMean {
  Halide::Expr mean, rest;
};

inline RoundedMean roundMean(const Halide::Expr &exact) {
  Halide::Expr mean = roundToFloat(exact);
  return {mean, roundToFloat(Halide::strict_float(exact - mean))};
}

/// What is added to a product of `factor` and the distance from a rounded mean.
inline Halide::Expr getShift(const Halide::Expr &offset,
                             const Halide::Expr &rest,
                             const Halide::Expr &factor,
                             const Halide::Expr &deviation) {
  // Of the deviation: what rounding takes from a mean of up to 16 deviations.
  // Who does not know the rest computes the same then.
  const Halide::Expr negligible = makeDouble(0x1p-20);
  return offset - Halide::select(Halide::abs(rest) < deviation * negligible,
                                 makeDouble(0), rest * factor);
}

/// √(variance + epsilon) in f64, in which epsilon is given: where a variance is
/// the negative of it, rounding would decide between NaN and infinity.
inline Halide::Expr getDeviation(const Halide::Expr &variance,
                                 const llvm::APFloat &epsilon) {
  return Halide::sqrt(toDouble(variance) +
                      makeDouble(epsilon.convertToDouble()));
}

/// Mean and population variance of a feature, in f64.
struct Moments {
  Halide::Expr mean, variance;
};

/// The moments of `count` elements from the sums of their distances from
/// `pilot` and of the squares of these, all in f64.
inline Moments getMoments(const Halide::Expr &distances,
                          const Halide::Expr &squares,
                          const Halide::Expr &pilot, double count) {
  const Halide::Expr share = makeDouble(1.0 / count);
  const Halide::Expr rest = distances * share;
  const Halide::Expr variance = squares * share - rest * rest;
  // Not a maximum, of which a NaN may make 0.
  return {pilot + rest,
          Halide::strict_float(Halide::select(variance < makeDouble(0),
                                              makeDouble(0), variance))};
}

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_BATCHNORMFORMULAS_H
