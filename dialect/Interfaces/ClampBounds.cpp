//===- ClampBounds.cpp - Scale-shifts pass clamps -------------------------===//
//
//   s·clamp(x, l, h) + t = clamp(s·x + t, s·l + t, s·h + t)
//   clamp(s·x + t, l, h) = s·clamp(x, (l − t)/s, (h − t)/s) + t,  s ≠ 0
//
// with the bounds swapped where s < 0. Below a clamp a scale of zero leaves t,
// whatever the bounds.
//
//===----------------------------------------------------------------------===//

#include "dialect/Interfaces/ClampBounds.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;

namespace bnopt {

static bool isFinite(double bound) { return std::isfinite(bound); }

bool ClampBounds::bindsBelow() const { return llvm::any_of(low, isFinite); }

bool ClampBounds::bindsAbove() const { return llvm::any_of(high, isFinite); }

/// What is left of a bound below a scale of zero: t, if it binds at all.
static double getConstantBound(double bound, double t) {
  return std::isinf(bound) ? bound : t;
}

ClampBounds ClampBounds::moveUp(const ScaleAndShift &below) const {
  ClampBounds moved(below.numFeatures());
  for (size_t c = 0; c < below.numFeatures(); ++c) {
    const double s = below.scale[c], t = below.shift[c];
    const double lower = s < 0 ? high[c] : low[c];
    const double upper = s < 0 ? low[c] : high[c];
    moved.low[c] = s == 0 ? getConstantBound(lower, t) : s * lower + t;
    moved.high[c] = s == 0 ? getConstantBound(upper, t) : s * upper + t;
  }
  return moved;
}

ClampBounds ClampBounds::moveDown(const ScaleAndShift &above) const {
  ClampBounds moved(above.numFeatures());
  for (size_t c = 0; c < above.numFeatures(); ++c) {
    const double s = above.scale[c], t = above.shift[c];
    moved.low[c] = ((s < 0 ? high[c] : low[c]) - t) / s;
    moved.high[c] = ((s < 0 ? low[c] : high[c]) - t) / s;
  }
  return moved;
}

static int64_t countInfinite(const ClampBounds &bounds) {
  const auto isInfinite = [](double bound) { return std::isinf(bound); };
  return llvm::count_if(bounds.low, isInfinite) +
         llvm::count_if(bounds.high, isInfinite);
}

/// Bounds must not overflow or, in types narrower than f32, be rounded. They
/// must leave finite numbers.
std::string ClampBounds::getProblemOf(const ClampBounds &moved,
                                      Type elementType) const {
  if (llvm::is_contained(low, infinity) || llvm::is_contained(high, -infinity))
    return "leaves infinite numbers only";
  const auto fits = [&](double bound) {
    return isRepresentable(bound, elementType);
  };
  if (countInfinite(moved) == countInfinite(*this) &&
      llvm::all_of(moved.low, fits) && llvm::all_of(moved.high, fits))
    return {};
  return "would get bounds that its type cannot hold exactly enough";
}

bool isRepresentable(double value, Type elementType) {
  if (std::isinf(value))
    return true;
  APFloat rounded(value);
  bool losesInfo;
  rounded.convert(cast<FloatType>(elementType).getFloatSemantics(),
                  APFloat::rmNearestTiesToEven, &losesInfo);
  const bool isWide = elementType.getIntOrFloatBitWidth() >= 32;
  return rounded.isFinite() && (isWide || !losesInfo);
}

} // namespace bnopt
