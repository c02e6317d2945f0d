//===- ClampBounds.h - Scale-shifts pass clamps ---------------------------===//

#ifndef BNOPT_DIALECT_INTERFACES_CLAMPBOUNDS_H
#define BNOPT_DIALECT_INTERFACES_CLAMPBOUNDS_H

#include "dialect/Interfaces/ScaleAndShift.h"

#include "mlir/IR/Types.h"

#include <limits>
#include <string>

namespace bnopt {

/// The bounds of min(max(x, low), high) per feature, low <= high. −∞ below and
/// +∞ above do not bind.
struct ClampBounds {
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  explicit ClampBounds(size_t numFeatures = 0, double low = -infinity,
                       double high = infinity)
      : low(numFeatures, low), high(numFeatures, high) {}

  bool operator==(const ClampBounds &other) const {
    return low == other.low && high == other.high;
  }

  /// Whether any feature has a bound on that side.
  bool bindsBelow() const;
  bool bindsAbove() const;

  /// The bounds of s·x + t that make s·clamp(x) + t of it.
  ClampBounds moveUp(const ScaleAndShift &below) const;

  /// The bounds of x for which clamp(s·x + t) = s·clamp(x) + t. No scale is
  /// zero.
  ClampBounds moveDown(const ScaleAndShift &above) const;

  /// Why these bounds cannot become `moved` in an operator on floats of
  /// `elementType`; empty if they can.
  std::string getProblemOf(const ClampBounds &moved,
                           mlir::Type elementType) const;

  std::vector<double> low, high;
};

/// Whether constants of `elementType` hold `value` as exactly as f32 does, so
/// that no tolerance is needed for it.
bool isRepresentable(double value, mlir::Type elementType);

} // namespace bnopt

#endif // BNOPT_DIALECT_INTERFACES_CLAMPBOUNDS_H
