//===- NNMoves.cpp - The parts of answers about scale-shifts --------------===//

#include "dialect/NN/NNMoves.h"

#include "dialect/Interfaces/FloatElements.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace bnopt::nn {

LogicalResult refuse(std::string &reason, Operation *op, const Twine &what) {
  reason = ("'" + Twine(op->getName().getStringRef()) + "' " + what).str();
  return failure();
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

ScaleShiftMoves asMove(FailureOr<ScaleAndShift> values, bool changesOperator) {
  if (failed(values))
    return failure();
  ScaleShiftMove move;
  move.operands.push_back({0, std::move(*values)});
  move.changesOperator = changesOperator;
  return SmallVector<ScaleShiftMove>{std::move(move)};
}

FailureOr<ScaleAndShift> alongResult(Operation *op, unsigned operand,
                                     const ScaleAndShift &above,
                                     std::string &reason) {
  const int64_t dim = above.featureIndex + getMissingDims(op, operand);
  if (getTensorType(op->getResult(0)).getDimSize(dim) !=
      static_cast<int64_t>(above.numFeatures()))
    return refuse(reason, op,
                  "repeats operand " + Twine(operand) + " along the features");
  return alongDim(above, dim);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::optional<std::vector<double>> readNumbers(Value value,
                                               int64_t maxElements) {
  ElementsAttr elements;
  // A constant with attributes is more than its numbers: they may change.
  if (!matchPattern(value, m_Constant(&elements)) ||
      !value.getDefiningOp()->getDiscardableAttrs().empty())
    return std::nullopt;
  const std::optional<FloatElements> numbers = FloatElements::get(elements);
  if (!numbers || numbers->getNumElements() > maxElements)
    return std::nullopt;
  return numbers->toDoubles();
}

} // namespace bnopt::nn
