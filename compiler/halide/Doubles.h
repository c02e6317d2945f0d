//===- Doubles.h - Expressions in f64 -------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_DOUBLES_H
#define BNOPT_COMPILER_HALIDE_DOUBLES_H

#include "Halide.h"

namespace bnopt {

// Not `cast`, which is LLVM's, too.
inline Halide::Expr toDouble(const Halide::Expr &value) {
  return Halide::cast<double>(value);
}

inline Halide::Expr toFloat(const Halide::Expr &value) {
  return Halide::cast<float>(value);
}

/// An f64 number, exactly.
inline Halide::Expr makeDouble(double value) {
  return Halide::Internal::make_const(Halide::Float(64), value);
}

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_DOUBLES_H
