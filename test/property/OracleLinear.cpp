//===- OracleLinear.cpp - Where linear operators take scale-shifts --------===//
//
// Below: along the output channels, rows of a constant left or columns of a
// constant right factor, or a dimension of which each index has a matrix.
// Above: along what the operator adds up. A shift above ends in the bias where
// all positions read the same taps, or else in an addition.
//
//===----------------------------------------------------------------------===//

#include "test/property/OracleRules.h"

#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <set>

using namespace mlir;

namespace bnopt::property {
namespace {

/// Whether all of `numPositions` positions read the same of `numTaps` taps.
template <typename Reads>
bool allRead(int64_t numPositions, int64_t numTaps, Reads &&reads) {
  std::set<std::vector<bool>> sets;
  for (int64_t position = 0; position < numPositions; ++position) {
    std::vector<bool> taps;
    for (int64_t tap = 0; tap < numTaps; ++tap)
      taps.push_back(reads(position, tap));
    sets.insert(taps);
  }
  return sets.size() <= 1;
}

bool readsSameTaps(nn::ConvOp op) {
  const auto pads = op.getPadValues(), strides = op.getStrideValues(),
             dilations = op.getDilationValues();
  const ArrayRef<int64_t> in = getSizes(op.getInput()),
                          out = getSizes(op.getResult()),
                          window = getSizes(op.getWeights());
  for (size_t d = 0; d < strides.size(); ++d)
    if (!allRead(out[d + 2], window[d + 2], [&](int64_t p, int64_t k) {
          const int64_t at = p * strides[d] + k * dilations[d] - pads[d];
          return at >= 0 && at < in[d + 2];
        }))
      return false;
  return true;
}

bool readsSameTaps(nn::ConvTransposeOp op) {
  const auto pads = op.getPadValues(), strides = op.getStrideValues(),
             dilations = op.getDilationValues();
  const ArrayRef<int64_t> in = getSizes(op.getInput()),
                          out = getSizes(op.getResult()),
                          window = getSizes(op.getWeights());
  for (size_t d = 0; d < strides.size(); ++d)
    if (!allRead(out[d + 2], window[d + 2], [&](int64_t p, int64_t k) {
          for (int64_t i = 0; i < in[d + 2]; ++i)
            if (i * strides[d] + k * dilations[d] - pads[d] == p)
              return true;
          return false;
        }))
      return false;
  return true;
}

/// Weights and biases of the type of the result can hold no more.
bool fits(Operation *op, const Affine &map) {
  Type type = getElementTypeOrSelf(op->getResult(0));
  const auto isHeld = [&](double number) { return isFinite(number, type); };
  return llvm::all_of(map.scale, isHeld) && llvm::all_of(map.shift, isHeld);
}

/// A constant bias: what does not vary along the columns can be added apart.
bool hasUsableBias(nn::GemmOp op, bool constantOnLeft) {
  if (!op.getBias())
    return true;
  return !constantOnLeft && isConstant(op.getBias());
}

} // namespace

bool takesFromAbove(Operation *op, unsigned operand, const Affine &map,
                    Effort &effort) {
  effort = Effort::None;
  if (!fits(op, map))
    return false;
  const auto needsAddition = [&](bool yes) {
    if (yes && map.hasShift())
      effort = Effort::Addition;
    return true;
  };
  // A shift alone that only becomes another addition stays where it is.
  const auto isWorthIt = [&](bool hasBias) {
    return hasBias || map.hasScale() || !map.hasShift();
  };
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    return operand == 0 && map.dim == 1 && isConstant(conv.getWeights()) &&
           needsAddition(!readsSameTaps(conv));
  if (auto conv = dyn_cast<nn::ConvTransposeOp>(op))
    return operand == 0 && map.dim == 1 && isConstant(conv.getWeights()) &&
           needsAddition(!readsSameTaps(conv));
  if (auto gemm = dyn_cast<nn::GemmOp>(op)) {
    if (operand > 1 || !isConstant(op->getOperand(1 - operand)) ||
        !hasUsableBias(gemm, operand == 1))
      return false;
    const int64_t inner =
        operand == 0 ? (gemm.getTransA() ? 0 : 1) : (gemm.getTransB() ? 1 : 0);
    // Only a right factor leaves room for a bias.
    return map.dim == inner && isWorthIt(operand == 0) &&
           needsAddition(operand == 1);
  }
  if (isa<nn::MatMulOp>(op)) {
    Value weights = op->getOperand(1 - operand);
    const auto rank =
        static_cast<int64_t>(getSizes(op->getOperand(operand)).size());
    if (!isConstant(weights) || map.dim != rank - (operand == 0 ? 1 : 2))
      return false;
    // Several matrices would need several shifts.
    const bool isSingle =
        ShapedType::getNumElements(getSizes(weights).drop_back(2)) == 1;
    // Two matrices are a gemm, which has a bias for its columns.
    const bool isGemm = rank == 2 && getSizes(weights).size() == 2;
    const bool hasBias = isGemm && operand == 0;
    return (isSingle || !map.hasShift()) && isWorthIt(hasBias) &&
           needsAddition(!hasBias);
  }
  return false;
}

/// Adds a constant of `sizes` whose numbers are not on paper to the result.
static void addUnknown(Operation *op, ArrayRef<int64_t> sizes) {
  OpBuilder builder(op);
  builder.setInsertionPointAfter(op);
  Value result = op->getResult(0);
  auto type = cast<RankedTensorType>(result.getType()).clone(sizes);
  Value unknown = arith::ConstantOp::create(
      builder, op->getLoc(),
      DenseElementsAttr::get(type, cast<Attribute>(builder.getFloatAttr(
                                       type.getElementType(), 1.0))));
  auto sum = nn::AddOp::create(builder, op->getLoc(), result.getType(), result,
                               unknown);
  result.replaceAllUsesExcept(sum, sum);
}

/// One number for each index of dimension `dim`, or with `isMap` for each of
/// all but the first.
static void addShifts(Operation *op, int64_t dim, bool isMap) {
  SmallVector<int64_t> sizes(getSizes(op->getResult(0)));
  if (isMap) {
    sizes[0] = 1;
  } else {
    for (int64_t d = 0; d < static_cast<int64_t>(sizes.size()); ++d)
      sizes[d] = d == dim ? sizes[d] : 1;
    sizes.erase(sizes.begin(), sizes.begin() + dim);
  }
  addUnknown(op, sizes);
}

void leaveAddition(Operation *op, unsigned operand) {
  if (isa<nn::ConvOp, nn::ConvTransposeOp>(op))
    return addShifts(op, 1, /*isMap=*/true);
  const auto rank = static_cast<int64_t>(getSizes(op->getResult(0)).size());
  addShifts(op, rank - (operand == 0 ? 1 : 2), /*isMap=*/false);
}

std::optional<Way> OracleRules::absorbBelow(Operation *op, const Affine &map) {
  const Way free;
  if (!fits(op, map))
    return std::nullopt;
  if (isa<nn::ConvOp, nn::ConvTransposeOp>(op))
    return map.dim == 1 && isConstant(op->getOperand(1)) ? std::optional(free)
                                                         : std::nullopt;
  if (!isa<nn::GemmOp, nn::MatMulOp>(op))
    return std::nullopt;
  const bool left =
      isConstant(op->getOperand(0)) && !isConstant(op->getOperand(1));
  const unsigned operand = left ? 0 : 1;
  if (!isConstant(op->getOperand(operand)))
    return std::nullopt;
  const ArrayRef<int64_t> weights = getSizes(op->getOperand(operand)),
                          result = getSizes(op->getResult(0));
  const auto rank = static_cast<int64_t>(result.size());
  bool takesBias = false;
  if (auto gemm = dyn_cast<nn::GemmOp>(op)) {
    if (map.dim != (left ? 0 : 1) || !hasUsableBias(gemm, left))
      return std::nullopt;
    takesBias = !left;
  } else {
    const int64_t dim = map.dim - rank + static_cast<int64_t>(weights.size());
    if (map.dim == rank - (left ? 1 : 2) || dim < 0 ||
        weights[dim] != static_cast<int64_t>(map.size()))
      return std::nullopt;
    takesBias = rank == 2 && !left;
  }
  Way way;
  if (!takesBias && map.hasShift()) {
    // Nothing gained by a shift alone.
    if (!map.hasScale())
      return std::nullopt;
    way.effort = Effort::Addition;
    way.change = [op, dim = map.dim] { addShifts(op, dim, /*isMap=*/false); };
  }
  return way;
}

} // namespace bnopt::property
