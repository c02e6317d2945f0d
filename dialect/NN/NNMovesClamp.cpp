//===- NNMovesClamp.cpp - Scale-shifts pass clamps ------------------------===//
//
// relu, clip, and max and min with a constant per feature are clamps
// (ClampBounds). Where low > high the clamp is high everywhere, as is one of
// low = high. A bound of −∞ below or +∞ above does not bind; one of the other
// sign leaves no finite number, and lets nothing pass. Max and min of two
// computed values pass both of them: s·max(a, b) + t is the max of s·a + t and
// s·b + t for s >= 0, the min for s <= 0.
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

namespace {
/// The bounds of a clamp, low <= high, and the operand that they bind.
struct Clamp {
  ClampBounds bounds;
  unsigned input = 0;
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
    Clamp clamp{ClampBounds(numFeatures), input};
    std::vector<double> &binding =
        isa<MaxOp>(op) ? clamp.bounds.low : clamp.bounds.high;
    for (size_t c = 0; c < numFeatures; ++c)
      binding[c] = (*numbers)[numbers->size() == 1 ? 0 : c];
    return clamp;
  }
  return std::nullopt;
}

/// The clamp that `op` is, with bounds along `featureIndex`.
static std::optional<Clamp> readClamp(Operation *op, int64_t featureIndex,
                                      size_t numFeatures) {
  if (isa<ReluOp>(op))
    return Clamp{ClampBounds(numFeatures, 0)};
  if (auto clip = dyn_cast<ClipOp>(op)) {
    // The upper bound is applied last.
    const double high = clip.getMax().convertToDouble();
    return Clamp{ClampBounds(
        numFeatures, std::min(clip.getMin().convertToDouble(), high), high)};
  }
  return readBinaryClamp(op, featureIndex, numFeatures);
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
                        int64_t featureIndex, const ClampBounds &bounds) {
  const bool hasLow = bounds.bindsBelow(), hasHigh = bounds.bindsAbove();
  if (!hasLow && !hasHigh)
    return input;
  const RankedTensorType type = getTensorType(input);
  if (llvm::all_equal(bounds.low) && llvm::all_equal(bounds.high)) {
    if (bounds.low.front() == 0 && !hasHigh)
      return ReluOp::create(builder, loc, input);
    return ClipOp::create(builder, loc, type, input,
                          APFloat(bounds.low.front()),
                          APFloat(bounds.high.front()));
  }
  Value result = input;
  if (hasLow)
    result = MaxOp::create(
        builder, loc, type, result,
        buildBounds(builder, loc, type, featureIndex, bounds.low));
  if (hasHigh)
    result = MinOp::create(
        builder, loc, type, result,
        buildBounds(builder, loc, type, featureIndex, bounds.high));
  return result;
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

static LogicalResult checkBounds(Operation *op, const ClampBounds &bounds,
                                 const ClampBounds &moved,
                                 std::string &reason) {
  const std::string problem =
      bounds.getProblemOf(moved, getElementTypeOrSelf(op->getResult(0)));
  return problem.empty() ? success() : refuse(reason, op, problem);
}

static ScaleShiftMoves moveClampUp(Operation *op, const Clamp &clamp,
                                   const ScaleAndShift &below,
                                   std::string &reason) {
  const ClampBounds moved = clamp.bounds.moveUp(below);
  if (failed(checkBounds(op, clamp.bounds, moved, reason)))
    return failure();
  ScaleShiftMove way;
  way.operands.push_back({clamp.input, below});
  way.changesOperator = !(moved == clamp.bounds);
  return SmallVector<ScaleShiftMove>{std::move(way)};
}

static FailureOr<ScaleAndShift> moveClampDown(Operation *op, const Clamp &clamp,
                                              const ScaleAndShift &above,
                                              bool &changesOperator,
                                              std::string &reason) {
  const bool isKept =
      !hasShift(above) && hasNonNegativeScales(above) && isa<ReluOp>(op);
  changesOperator = !isKept;
  if (isKept)
    return above;
  if (!hasNonZeroScales(above))
    return refuse(reason, op, "lets no scale of zero pass downwards");
  const ClampBounds moved = clamp.bounds.moveDown(above);
  if (failed(checkBounds(op, clamp.bounds, moved, reason)))
    return failure();
  changesOperator = !(moved == clamp.bounds);
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
                      below.featureIndex, clamp->bounds.moveUp(below));
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
                    above.featureIndex, clamp.bounds.moveDown(above));
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
