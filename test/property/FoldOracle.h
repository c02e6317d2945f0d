//===- FoldOracle.h - Which scale-shifts no rule can remove ---------------===//
//
// The oracle folds on paper. It has rules of its own (OracleRules.h) for where
// a scale and a shift go, and a search of its own: a scale-shift disappears
// when every path from it, upwards or downwards, ends in a linear operator with
// constant weights, a constant or another scale-shift; scale and shift may
// part; operators with another use are not changed, and not copied. It removes
// one scale-shift after the other, in program order, until no rule removes
// another. Weights it does not compute: it knows where numbers end, not what
// becomes of them.
//
// What is claimed of a program P, and the program F that folding makes of it:
//
// - in F, no rule of the oracle removes a scale-shift (`findFoldable` is null);
// - absorption, the fold phase without the passes that merge branches, leaves
//   as many scale-shifts of P as the oracle;
// - the whole phase leaves as many, if P has no sums that it may merge into one
//   convolution (`hasParallelBranches`), and otherwise as many at most: a merge
//   takes in normalizations of an input that others read.
//
// Orders matter where the removal of one scale-shift takes the place of
// another, so the oracle goes in that of the program, and then from those that
// a removal has changed to those that could not go before. Where orders differ
// all the same, a graph shows it as a problem, one of some ten thousand: it is
// looked at, and one of the two is wrong or the rule has an order.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_TEST_PROPERTY_FOLDORACLE_H
#define BNOPT_TEST_PROPERTY_FOLDORACLE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnopt::property {

/// The number of scale-shifts that no rule removes from `function`, which stays
/// as it is.
int64_t countUnavoidable(mlir::func::FuncOp function);

/// A scale-shift of `function` that a rule removes as it stands; null if there
/// is none.
mlir::Operation *findFoldable(mlir::func::FuncOp function);

/// Whether a sum has two addends that are computed from one value by
/// convolutions, average pools or scale-shifts, or are that value.
bool hasParallelBranches(mlir::func::FuncOp function);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_FOLDORACLE_H
