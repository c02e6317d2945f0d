//===- NNMovesClamp.cpp - Scale-shifts pass clamps ------------------------===//
//
// relu, clip, and max and min with a constant per feature are clamps,
// min(max(x, l), h) with one l and h per feature:
//
//   s·clamp(x, l, h) + t = clamp(s·x + t, s·l + t, s·h + t)
//   clamp(s·x + t, l, h) = s·clamp(x, (l − t)/s, (h − t)/s) + t,  s ≠ 0
//
// with the bounds swapped where s < 0. Where l > h the clamp is h everywhere,
// as is one of l = h. A bound of −∞ below or +∞ above does not bind; one of the
// other sign leaves no finite number, and lets nothing pass. Below a clamp a
// scale of zero leaves t, whatever the bounds. Max and min of two
// computed values pass both of them: s·max(a, b) + t is the max of s·a + t and
// s·b + t for s >= 0, the min for s <= 0.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

static constexpr double infinity = std::numeric_limits<double>::infinity();

namespace {
/// One pair of bounds per feature, low <= high, and the operand that they bind.
struct Clamp {
  std::vector<double> low, high;
  unsigned input = 0;

  bool operator==(const Clamp &other) const {
    return low == other.low && high == other.high;
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// From operators to clamps
//===----------------------------------------------------------------------===//

/// Whether `constant`, broadcast to `type`, varies along `featureIndex` at
/// most.
static bool variesAlong(RankedTensorType constant, RankedTensorType type,
                        int64_t featureIndex) {
  const int64_t missing = type.getRank() - constant.getRank();
  for (auto [dim, size] : llvm::enumerate(constant.getShape()))
    if (size != 1 && static_cast<int64_t>(dim) + missing != featureIndex)
      return false;
  return true;
}

/// Max or min with a constant.
static std::optional<Clamp> readBinaryClamp(Operation *op, int64_t featureIndex,
                                            size_t numFeatures) {
  const RankedTensorType type = getTensorType(op->getResult(0));
  for (unsigned input : {0, 1}) {
    Value other = op->getOperand(1 - input);
    if (op->getOperand(input).getType() != type ||
        !variesAlong(getTensorType(other), type, featureIndex))
      continue;
    auto numbers = readNumbers(other, static_cast<int64_t>(numFeatures));
    if (!numbers)
      continue;
    Clamp clamp{std::vector<double>(numFeatures, -infinity),
                std::vector<double>(numFeatures, infinity), input};
    std::vector<double> &bounds = isa<MaxOp>(op) ? clamp.low : clamp.high;
    for (size_t c = 0; c < numFeatures; ++c)
      bounds[c] = (*numbers)[numbers->size() == 1 ? 0 : c];
    return clamp;
  }
  return std::nullopt;
}

/// The clamp that `op` is, with bounds along `featureIndex`.
static std::optional<Clamp> readClamp(Operation *op, int64_t featureIndex,
                                      size_t numFeatures) {
  const auto uniform = [&](double low, double high) {
    return Clamp{std::vector<double>(numFeatures, low),
                 std::vector<double>(numFeatures, high)};
  };
  if (isa<ReluOp>(op))
    return uniform(0, infinity);
  if (auto clip = dyn_cast<ClipOp>(op)) {
    // The upper bound is applied last.
    const double high = clip.getMax().convertToDouble();
    return uniform(std::min(clip.getMin().convertToDouble(), high), high);
  }
  return readBinaryClamp(op, featureIndex, numFeatures);
}

//===----------------------------------------------------------------------===//
// Clamps on the other side
//===----------------------------------------------------------------------===//

/// What is left of a bound below a scale of zero: t, if it binds at all.
static double getConstantBound(double bound, double t) {
  return std::isinf(bound) ? bound : t;
}

static Clamp getClampUp(const Clamp &clamp, const ScaleAndShift &below) {
  Clamp moved = clamp;
  for (size_t c = 0; c < below.numFeatures(); ++c) {
    const double s = below.scale[c], t = below.shift[c];
    const double low = s < 0 ? clamp.high[c] : clamp.low[c];
    const double high = s < 0 ? clamp.low[c] : clamp.high[c];
    moved.low[c] = s == 0 ? getConstantBound(low, t) : s * low + t;
    moved.high[c] = s == 0 ? getConstantBound(high, t) : s * high + t;
  }
  return moved;
}

/// For scales that are not zero.
static Clamp getClampDown(const Clamp &clamp, const ScaleAndShift &above) {
  Clamp moved = clamp;
  for (size_t c = 0; c < above.numFeatures(); ++c) {
    const double s = above.scale[c], t = above.shift[c];
    moved.low[c] = ((s < 0 ? clamp.high[c] : clamp.low[c]) - t) / s;
    moved.high[c] = ((s < 0 ? clamp.low[c] : clamp.high[c]) - t) / s;
  }
  return moved;
}

static int64_t countInfinite(const Clamp &clamp) {
  const auto isInfinite = [](double bound) { return std::isinf(bound); };
  return llvm::count_if(clamp.low, isInfinite) +
         llvm::count_if(clamp.high, isInfinite);
}

/// Bounds must not overflow or, in types narrower than f32, be rounded. They
/// must leave finite numbers.
static LogicalResult checkBounds(Operation *op, const Clamp &clamp,
                                 const Clamp &moved, std::string &reason) {
  if (llvm::is_contained(clamp.low, infinity) ||
      llvm::is_contained(clamp.high, -infinity))
    return refuse(reason, op, "leaves infinite numbers only");
  Type elementType = getElementTypeOrSelf(op->getResult(0));
  const auto fits = [&](double bound) {
    return isRepresentable(bound, elementType);
  };
  if (countInfinite(moved) == countInfinite(clamp) &&
      llvm::all_of(moved.low, fits) && llvm::all_of(moved.high, fits))
    return success();
  return refuse(reason, op,
                "would get bounds that its type cannot hold exactly enough");
}

//===----------------------------------------------------------------------===//
// From clamps to operators
//===----------------------------------------------------------------------===//

/// One value per feature of `type`, broadcasting along the dimensions behind.
static Value buildBounds(OpBuilder &builder, Location loc,
                         RankedTensorType type, int64_t featureIndex,
                         ArrayRef<double> bounds) {
  SmallVector<int64_t> shape(type.getRank() - featureIndex, 1);
  shape.front() = static_cast<int64_t>(bounds.size());
  Type elementType = type.getElementType();
  SmallVector<Attribute> elements;
  for (double bound : bounds)
    elements.push_back(builder.getFloatAttr(elementType, bound));
  return arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(RankedTensorType::get(shape, elementType),
                             elements));
}

/// `clamp` of `input`, as the operator that says it most simply.
static Value buildClamp(OpBuilder &builder, Location loc, Value input,
                        int64_t featureIndex, const Clamp &clamp) {
  const auto binds = [](double bound) { return std::isfinite(bound); };
  const bool hasLow = llvm::any_of(clamp.low, binds);
  const bool hasHigh = llvm::any_of(clamp.high, binds);
  if (!hasLow && !hasHigh)
    return input;
  const RankedTensorType type = getTensorType(input);
  if (llvm::all_equal(clamp.low) && llvm::all_equal(clamp.high)) {
    if (clamp.low.front() == 0 && !hasHigh)
      return ReluOp::create(builder, loc, input);
    return ClipOp::create(builder, loc, type, input, APFloat(clamp.low.front()),
                          APFloat(clamp.high.front()));
  }
  Value result = input;
  if (hasLow)
    result =
        MaxOp::create(builder, loc, type, result,
                      buildBounds(builder, loc, type, featureIndex, clamp.low));
  if (hasHigh)
    result = MinOp::create(
        builder, loc, type, result,
        buildBounds(builder, loc, type, featureIndex, clamp.high));
  return result;
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

static ScaleShiftMoves moveClampUp(Operation *op, const Clamp &clamp,
                                   const ScaleAndShift &below,
                                   std::string &reason) {
  const Clamp moved = getClampUp(clamp, below);
  if (failed(checkBounds(op, clamp, moved, reason)))
    return failure();
  ScaleShiftMove way;
  way.operands.push_back({clamp.input, below});
  way.changesOperator = !(moved == clamp);
  return SmallVector<ScaleShiftMove>{std::move(way)};
}

static FailureOr<ScaleAndShift> moveClampDown(Operation *op, const Clamp &clamp,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) {
  const bool isKept =
      hasZeroShifts(above) && hasNonNegativeScales(above) && isa<ReluOp>(op);
  changesOperator = !isKept;
  if (isKept)
    return above;
  if (!hasNonZeroScales(above))
    return refuse(reason, op, "lets no scale of zero pass downwards");
  const Clamp moved = getClampDown(clamp, above);
  if (failed(checkBounds(op, clamp, moved, reason)))
    return failure();
  changesOperator = !(moved == clamp);
  return above;
}

static ScaleShiftMoves moveUp(Operation *op, const ScaleAndShift &below,
                              std::string &reason) {
  if (auto clamp = readClamp(op, below.featureIndex, below.numFeatures()))
    return moveClampUp(op, *clamp, below, reason);
  const bool isKept = hasNonNegativeScales(below);
  if (!isKept && !hasNonPositiveScales(below))
    return refuse(reason, op, "lets no scales of both signs pass");
  ScaleShiftMove way;
  way.changesOperator = !isKept;
  for (unsigned operand : {0, 1})
    way.operands.push_back(
        {operand,
         alongDim(below, below.featureIndex - getMissingDims(op, operand))});
  return SmallVector<ScaleShiftMove>{std::move(way)};
}

static Value buildUp(Operation *op, OpBuilder &builder,
                     const ScaleAndShift &below, ValueRange operands) {
  if (auto clamp = readClamp(op, below.featureIndex, below.numFeatures()))
    return buildClamp(builder, op->getLoc(), operands[clamp->input],
                      below.featureIndex, getClampUp(*clamp, below));
  if (hasNonNegativeScales(below))
    return cloneWithOperands(builder, op, operands);
  Type type = op->getResult(0).getType();
  if (isa<MaxOp>(op))
    return MinOp::create(builder, op->getLoc(), type, operands[0], operands[1]);
  return MaxOp::create(builder, op->getLoc(), type, operands[0], operands[1]);
}

static FailureOr<ScaleAndShift> moveDown(Operation *op, unsigned operand,
                                         const ScaleAndShift &above,
                                         bool &changesOperator,
                                         std::string &reason) {
  auto clamp = getMissingDims(op, operand) == 0
                   ? readClamp(op, above.featureIndex, above.numFeatures())
                   : std::nullopt;
  if (!clamp || clamp->input != operand)
    return refuse(reason, op, "compares with something that is not scaled");
  return moveClampDown(op, *clamp, above, changesOperator, reason);
}

static Value buildDown(Operation *op, OpBuilder &builder, unsigned operand,
                       const ScaleAndShift &above, ValueRange operands) {
  const Clamp clamp = *readClamp(op, above.featureIndex, above.numFeatures());
  // A scale of zero passes where the operator stays.
  if (!hasNonZeroScales(above))
    return cloneWithOperands(builder, op, operands);
  return buildClamp(builder, op->getLoc(), operands[operand],
                    above.featureIndex, getClampDown(clamp, above));
}

#define BNOPT_CLAMP_METHODS(OP)                                                \
  ScaleShiftMoves OP::moveScaleShiftUp(const ScaleAndShift &below,             \
                                       std::string &reason) {                  \
    return moveUp(*this, below, reason);                                       \
  }                                                                            \
  Value OP::buildMovedUp(OpBuilder &builder, const ScaleAndShift &below,       \
                         ValueRange operands) {                                \
    return buildUp(*this, builder, below, operands);                           \
  }                                                                            \
  FailureOr<ScaleAndShift> OP::moveScaleShiftDown(                             \
      unsigned operand, const ScaleAndShift &above, bool &changesOperator,     \
      std::string &reason) {                                                   \
    return moveDown(*this, operand, above, changesOperator, reason);           \
  }                                                                            \
  Value OP::buildMovedDown(OpBuilder &builder, unsigned operand,               \
                           const ScaleAndShift &above, ValueRange operands) {  \
    return buildDown(*this, builder, operand, above, operands);                \
  }

BNOPT_CLAMP_METHODS(ReluOp)
BNOPT_CLAMP_METHODS(ClipOp)
BNOPT_CLAMP_METHODS(MaxOp)
BNOPT_CLAMP_METHODS(MinOp)
