//===- NNMoves.cpp - The parts of answers about scale-shifts --------------===//

#include "dialect/NN/NNMoves.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include <cmath>
#include <cstring>

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

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

/// The numbers in the raw bytes of a resource.
static std::optional<std::vector<double>>
readResource(DenseResourceElementsAttr resource, FloatType elementType) {
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  const int64_t count = resource.getType().getNumElements();
  const int64_t size = elementType.getWidth() / 8;
  if (!blob || elementType.getWidth() > 64 ||
      static_cast<int64_t>(blob->getData().size()) != count * size)
    return std::nullopt;
  std::vector<double> numbers;
  for (int64_t i = 0; i < count; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, blob->getData().data() + i * size, size);
    numbers.push_back(toDouble(APFloat(elementType.getFloatSemantics(),
                                       APInt(elementType.getWidth(), bits))));
  }
  return numbers;
}

std::optional<std::vector<double>> readNumbers(Value value,
                                               int64_t maxElements) {
  ElementsAttr elements;
  // A constant with attributes is more than its numbers: they may change.
  if (!matchPattern(value, m_Constant(&elements)) ||
      !value.getDefiningOp()->getDiscardableAttrs().empty())
    return std::nullopt;
  auto elementType = dyn_cast<FloatType>(elements.getElementType());
  if (!elementType || elements.getNumElements() > maxElements)
    return std::nullopt;
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return readResource(resource, elementType);
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  std::vector<double> numbers;
  for (const APFloat &number : dense.getValues<APFloat>())
    numbers.push_back(toDouble(number));
  return numbers;
}

} // namespace bnopt::nn
