//===- AffineChain.cpp - Arithmetic by constants, one after another -------===//
//
// From s·x + t, an operator with a constant c makes
//
//   + c   s·x + (t + c)           · c   c·s·x + c·t
//   − c   s·x + (t − c)           / c   s/c·x + t/c
//   c −   −s·x + (c − t)          −     −s·x − t
//
//===----------------------------------------------------------------------===//

#include "passes/fold/AffineChain.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <tuple>

using namespace mlir;

namespace bnopt {

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

SmallVector<int64_t> getVaryingDims(Value constant, int64_t rank) {
  SmallVector<int64_t> dims;
  if (!constant)
    return dims;
  auto type = cast<RankedTensorType>(constant.getType());
  for (auto [dim, size] : llvm::enumerate(type.getShape()))
    if (size != 1)
      dims.push_back(rank - type.getRank() + static_cast<int64_t>(dim));
  return dims;
}

std::optional<AffineStep> getAffineStep(Operation *op,
                                        ConstantExpressions &constants) {
  if (isa<nn::NegOp>(op))
    return AffineStep{op, op->getOperand(0), Value()};
  if (!isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp>(op))
    return std::nullopt;
  Value lhs = op->getOperand(0), rhs = op->getOperand(1);
  const bool constantFirst = constants.isConstant(lhs);
  if (constantFirst == constants.isConstant(rhs) ||
      (constantFirst && isa<nn::DivOp>(op)))
    return std::nullopt;
  AffineStep step{op, constantFirst ? rhs : lhs, constantFirst ? lhs : rhs};
  // A constant of higher rank or larger size makes the result larger.
  if (step.data.getType() != op->getResult(0).getType() ||
      cast<RankedTensorType>(step.constant.getType()).getRank() >
          cast<RankedTensorType>(step.data.getType()).getRank())
    return std::nullopt;
  return step;
}

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

static int64_t countFeatures(RankedTensorType type, int64_t firstDim,
                             int64_t lastDim) {
  return ShapedType::getNumElements(
      type.getShape().slice(firstDim, lastDim - firstDim + 1));
}

AffineChain::AffineChain(RankedTensorType type, int64_t firstDim,
                         int64_t lastDim)
    : type(type), firstDim(firstDim), lastDim(lastDim),
      values(countFeatures(type, firstDim, lastDim), firstDim) {}

std::optional<std::vector<double>>
AffineChain::spread(Value constant, ConstantExpressions &constants) const {
  std::vector<double> spread(values.numFeatures(), 0);
  if (!constant)
    return spread;
  const ConstantArray &array = *constants.get(constant);
  const int64_t missing = type.getRank() - array.type.getRank();
  const SmallVector<int64_t> varying = getVaryingDims(constant, type.getRank());
  for (int64_t dim : varying)
    if (dim < firstDim || dim > lastDim ||
        array.type.getDimSize(dim - missing) != type.getDimSize(dim))
      return std::nullopt;
  for (size_t feature = 0; feature < spread.size(); ++feature) {
    // The position along each dimension, from the last, as an index into the
    // constant.
    int64_t index = 0, step = 1, rest = feature;
    for (int64_t dim = lastDim; dim >= firstDim; --dim) {
      const int64_t size = type.getDimSize(dim);
      if (llvm::is_contained(varying, dim)) {
        index += rest % size * step;
        step *= size;
      }
      rest /= size;
    }
    spread[feature] = array.values[index];
  }
  return spread;
}

bool AffineChain::apply(Value constant, ConstantExpressions &constants,
                        Rule rule) {
  auto perFeature = spread(constant, constants);
  if (!perFeature)
    return false;
  ScaleAndShift next = values;
  for (size_t feature = 0; feature < values.numFeatures(); ++feature) {
    double &scale = next.scale[feature], &shift = next.shift[feature];
    std::tie(scale, shift) = rule(scale, shift, (*perFeature)[feature]);
    if (!std::isfinite(scale) || !std::isfinite(shift))
      return false;
  }
  values = std::move(next);
  return true;
}

bool AffineChain::multiply(Value constant, ConstantExpressions &constants) {
  return apply(constant, constants, [](double scale, double shift, double c) {
    return std::pair(scale * c, shift * c);
  });
}

bool AffineChain::add(Value constant, ConstantExpressions &constants) {
  return apply(constant, constants, [](double scale, double shift, double c) {
    return std::pair(scale, shift + c);
  });
}

bool AffineChain::append(const AffineStep &step,
                         ConstantExpressions &constants) {
  if (isa<nn::AddOp>(step.op))
    return add(step.constant, constants);
  if (isa<nn::MulOp>(step.op))
    return multiply(step.constant, constants);
  const bool isQuotient = isa<nn::DivOp>(step.op);
  // c − x, and −x with a c of zero.
  const bool isReversed =
      isa<nn::NegOp>(step.op) || step.op->getOperand(0) == step.constant;
  return apply(step.constant, constants,
               [&](double scale, double shift, double c) {
                 if (isQuotient)
                   return std::pair(scale / c, shift / c);
                 if (isReversed)
                   return std::pair(-scale, c - shift);
                 return std::pair(scale, shift - c);
               });
}

} // namespace bnopt
