//===- RowNormFormulas.h - What norms over rows have in common ------------===//

#ifndef BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H
#define BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H

#include "compiler/halide/Doubles.h"

#include "mlir/Support/LLVM.h"

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

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ROWNORMFORMULAS_H
