//===- RowNormFormulas.h - What norms over rows have in common ------------===//

#ifndef BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H
#define BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H

#include "compiler/halide/Doubles.h"

#include "mlir/Support/LLVM.h"

#include <utility>
#include <vector>

namespace bnopt {

inline std::vector<Halide::Expr> toExprs(mlir::ArrayRef<Halide::Var> vars) {
  return {vars.begin(), vars.end()};
}

/// x less the first element of its row, exact in f64 but for sizes apart.
inline Halide::Expr getDistance(const Halide::Expr &x,
                                const Halide::Expr &first) {
  return Halide::strict_float(toDouble(x) - toDouble(first));
}

/// Rows of fewer elements have input gradients whose terms may all but cancel:
/// of two elements, they are nearly 0 whatever the terms are.
inline constexpr int64_t leastRoundedRow = 64;

/// A mean in f64 as a sum of two f32 numbers: rounded to one, it is too far off
/// where it is large beside the deviation.
inline std::pair<Halide::Expr, Halide::Expr>
splitMean(const Halide::Expr &mean) {
  Halide::Expr high = Halide::strict_float(toFloat(mean));
  return {high, Halide::strict_float(toFloat(mean - toDouble(high)))};
}

/// x less such a mean.
inline Halide::Expr getDistance(const Halide::Expr &x, const Halide::Expr &high,
                                const Halide::Expr &low) {
  return Halide::strict_float((x - high) - low);
}

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H
