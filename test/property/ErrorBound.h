//===- ErrorBound.h - How far folding may move a result -------------------===//
//
// A running error analysis of the program as it was written. With u the unit
// roundoff of the constants' type and e = 2^-53 that of the interpreter, every
// value v has
//
//   M(v)  the sum of the absolute values of the terms that make it: constants
//         and inputs by their absolute values, differences as sums,
//   E(v)  a bound of |folded − written|.
//
// Folding rounds the constants of an operator once for each scale-shift that
// ends in them, at most twice per scale-shift on a path (the scale at one end,
// the shift at the other), and once more where an operator gets a constant of
// its own. A constant so rounded differs from the exact one by at most u times
// the sum of absolute values that it was computed from, so with A scale-shifts
//
//   E(y) = |W|·E(x) + (2(A + 1)·u + 2(n + 8)·e)·M(y) + 2(A + 1)·tiny·G
//
// for an operator of n terms; tiny is the smallest denormal number, below which
// roundings are absolute, and G the largest M times the largest n. What chooses
// (clamps, maxima) passes the largest E, what averages the average of E.
//
// A scale-shift that passes a clamp or a pad downwards leaves bounds (l − t)/s
// behind it: s·max(x, (l − t)/s) + t has terms of up to |l| + 2|t|, so these
// operators count M(x) twice.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_TEST_PROPERTY_ERRORBOUND_H
#define BNOPT_TEST_PROPERTY_ERRORBOUND_H

#include "compiler/reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnopt::property {

/// Value by value, of each result of `function`, which is not folded yet.
struct ErrorBound {
  std::vector<reference::Tensor> magnitudes;
  std::vector<reference::Tensor> errors;
};

ErrorBound getErrorBound(mlir::func::FuncOp function,
                         mlir::ArrayRef<reference::Tensor> inputs);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_ERRORBOUND_H
