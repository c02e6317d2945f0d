//===- ScaleShiftOpInterface.h - Where a scale and a shift can go ---------===//

#ifndef BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H
#define BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include <cstdint>
#include <string>

namespace bnopt {

/// How the elements of a weight tensor map to the features of an operator's
/// result: read row-major as `[groups][outer][featuresPerGroup][inner]`, the
/// element at (g, o, f, i) belongs to feature `g * featuresPerGroup + f`.
/// A convolution's `[O, I/g, k...]` is {1, 1, O, I/g·k}; a transposed
/// convolution's `[I, O/g, k...]` is {g, I/g, O/g, k}.
struct FeatureView {
  int64_t groups = 1;
  int64_t outer = 1;
  int64_t featuresPerGroup = 1;
  int64_t inner = 1;

  int64_t numFeatures() const { return groups * featuresPerGroup; }
};

/// The operands that absorb a scale-shift below an operator.
struct ScaleShiftTarget {
  /// Index of the operand that the scale multiplies.
  unsigned weightsOperand;
  FeatureView view;
  /// The bias of one element per feature, or null when the operator has none.
  mlir::Value bias;
};

} // namespace bnopt

#include "dialect/Interfaces/ScaleShiftOpInterface.h.inc"

#endif // BNOPT_DIALECT_INTERFACES_SCALESHIFTOPINTERFACE_H
