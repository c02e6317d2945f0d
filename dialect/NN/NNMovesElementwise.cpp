//===- NNMovesElementwise.cpp - Scale-shifts pass arithmetic --------------===//
//
//   s·(a + b) + t = (s·a + t) + s·b          scale into both, shift into one
//   (a + t) + b = (a + b) + t                from above the shift alone
//   s·(a·b) = (s·a)·b,  (s·a)/b = s·(a/b)    scale into one
//   s·|x| = |s·x|, s >= 0;  |s·x| = |s|·|x|
//   s·prelu(x) = prelu(s·x), s >= 0
//
//===----------------------------------------------------------------------===//

#include "dialect/NN/NNMoves.h"
#include "dialect/NN/NNOps.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;
using namespace bnopt::nn;

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// `values` of the result as values of operand `operand`, which may broadcast.
static OperandScaleShift alongOperand(Operation *op, unsigned operand,
                                      ScaleAndShift values) {
  values.featureIndex -= getMissingDims(op, operand);
  return {operand, std::move(values)};
}

/// The scale goes into both operands, the shift into one of them, times
/// `rightSign` into the right one.
static ScaleShiftMoves
moveUpThroughSum(Operation *op, const ScaleAndShift &below, double rightSign) {
  SmallVector<ScaleShiftMove> ways(2);
  ways[0].operands = {alongOperand(op, 0, below),
                      alongOperand(op, 1, takeScale(below))};
  ways[1].operands = {alongOperand(op, 0, takeScale(below)),
                      alongOperand(op, 1, withShiftsTimes(below, rightSign))};
  if (!hasShift(below))
    ways.pop_back();
  return ways;
}

static FailureOr<ScaleAndShift>
moveDownThroughSum(Operation *op, unsigned operand, const ScaleAndShift &above,
                   double sign, std::string &reason) {
  if (hasScale(above))
    return refuse(reason, op, "adds something that is not scaled");
  return alongResult(op, operand, withShiftsTimes(above, sign), reason);
}

ScaleShiftMoves AddOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &) {
  return moveUpThroughSum(*this, below, 1);
}

FailureOr<ScaleAndShift> AddOp::moveScaleShiftDown(unsigned operand,
                                                   const ScaleAndShift &above,
                                                   bool &,
                                                   std::string &reason) {
  return moveDownThroughSum(*this, operand, above, 1, reason);
}

ScaleShiftMoves SubOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &) {
  return moveUpThroughSum(*this, below, -1);
}

FailureOr<ScaleAndShift> SubOp::moveScaleShiftDown(unsigned operand,
                                                   const ScaleAndShift &above,
                                                   bool &,
                                                   std::string &reason) {
  return moveDownThroughSum(*this, operand, above, operand == 0 ? 1 : -1,
                            reason);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static LogicalResult checkUnshifted(Operation *op, const ScaleAndShift &values,
                                    std::string &reason) {
  if (!hasShift(values))
    return success();
  return refuse(reason, op, "lets a scale pass, but no shift");
}

ScaleShiftMoves MulOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &reason) {
  if (failed(checkUnshifted(*this, below, reason)))
    return failure();
  SmallVector<ScaleShiftMove> ways(2);
  for (unsigned operand : {0, 1})
    ways[operand].operands = {alongOperand(*this, operand, below)};
  return ways;
}

FailureOr<ScaleAndShift> MulOp::moveScaleShiftDown(unsigned operand,
                                                   const ScaleAndShift &above,
                                                   bool &,
                                                   std::string &reason) {
  if (failed(checkUnshifted(*this, above, reason)))
    return failure();
  return alongResult(*this, operand, above, reason);
}

ScaleShiftMoves DivOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &reason) {
  if (failed(checkUnshifted(*this, below, reason)))
    return failure();
  SmallVector<ScaleShiftMove> ways(1);
  ways[0].operands = {alongOperand(*this, 0, below)};
  return ways;
}

FailureOr<ScaleAndShift> DivOp::moveScaleShiftDown(unsigned operand,
                                                   const ScaleAndShift &above,
                                                   bool &,
                                                   std::string &reason) {
  if (operand != 0)
    return refuse(reason, *this, "divides by what is scaled");
  if (failed(checkUnshifted(*this, above, reason)))
    return failure();
  return alongResult(*this, operand, above, reason);
}

//===----------------------------------------------------------------------===//
// Homogeneous functions
//===----------------------------------------------------------------------===//

/// For f(s·x) = s·f(x) where s >= 0.
static LogicalResult checkHomogeneous(Operation *op,
                                      const ScaleAndShift &values,
                                      std::string &reason) {
  if (hasShift(values))
    return refuse(reason, op, "lets no shift pass");
  if (!hasNonNegativeScales(values))
    return refuse(reason, op, "lets no negative scale pass");
  return success();
}

ScaleShiftMoves NegOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &) {
  return asMove(withShiftsTimes(below, -1));
}

FailureOr<ScaleAndShift> NegOp::moveScaleShiftDown(unsigned,
                                                   const ScaleAndShift &above,
                                                   bool &, std::string &) {
  return withShiftsTimes(above, -1);
}

ScaleShiftMoves AbsOp::moveScaleShiftUp(const ScaleAndShift &below,
                                        std::string &reason) {
  if (failed(checkHomogeneous(*this, below, reason)))
    return failure();
  return asMove(below);
}

FailureOr<ScaleAndShift> AbsOp::moveScaleShiftDown(unsigned,
                                                   const ScaleAndShift &above,
                                                   bool &,
                                                   std::string &reason) {
  if (failed(checkUnshifted(*this, above, reason)))
    return failure();
  ScaleAndShift below = above;
  for (double &s : below.scale)
    s = std::fabs(s);
  return below;
}

ScaleShiftMoves LeakyReluOp::moveScaleShiftUp(const ScaleAndShift &below,
                                              std::string &reason) {
  if (failed(checkHomogeneous(*this, below, reason)))
    return failure();
  return asMove(below);
}

FailureOr<ScaleAndShift>
LeakyReluOp::moveScaleShiftDown(unsigned, const ScaleAndShift &above, bool &,
                                std::string &reason) {
  if (failed(checkHomogeneous(*this, above, reason)))
    return failure();
  return above;
}

ScaleShiftMoves PReluOp::moveScaleShiftUp(const ScaleAndShift &below,
                                          std::string &reason) {
  if (failed(checkHomogeneous(*this, below, reason)))
    return failure();
  SmallVector<ScaleShiftMove> ways(1);
  ways[0].operands = {alongOperand(*this, 0, below)};
  return ways;
}

FailureOr<ScaleAndShift> PReluOp::moveScaleShiftDown(unsigned operand,
                                                     const ScaleAndShift &above,
                                                     bool &,
                                                     std::string &reason) {
  if (operand != 0)
    return refuse(reason, *this, "takes slopes from what is scaled");
  if (failed(checkHomogeneous(*this, above, reason)))
    return failure();
  return alongResult(*this, operand, above, reason);
}
