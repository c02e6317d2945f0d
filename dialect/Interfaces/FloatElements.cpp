//===- FloatElements.cpp - The numbers inside attributes ------------------===//

#include "dialect/Interfaces/FloatElements.h"

#include "mlir/IR/DialectResourceBlobManager.h"

#include "llvm/ADT/APFloat.h"

#include <cstring>

using namespace mlir;

namespace bnopt {

FloatFormat getFloatFormat(Type elementType) {
  if (elementType.isF32())
    return FloatFormat::Single;
  if (elementType.isF64())
    return FloatFormat::Double;
  return FloatFormat::Other;
}

std::optional<FloatElements> FloatElements::get(Attribute attribute) {
  auto elements = dyn_cast<ElementsAttr>(attribute);
  if (!elements)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(elements.getType());
  if (!type || !type.hasStaticShape() ||
      !isa<FloatType>(type.getElementType()) ||
      type.getElementTypeBitWidth() > 64)
    return std::nullopt;

  FloatElements data;
  data.type = type;
  data.format = getFloatFormat(type.getElementType());
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    data.bytes = dense.getRawData();
    data.splat = dense.isSplat();
    return data;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  if (!resource)
    return std::nullopt;
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  const int64_t expected =
      type.getNumElements() * getElementBytes(type.getElementType());
  if (!blob || static_cast<int64_t>(blob->getData().size()) != expected)
    return std::nullopt;
  data.bytes = blob->getData();
  return data;
}

double FloatElements::readOther(int64_t index) const {
  auto elementType = cast<FloatType>(type.getElementType());
  const int64_t size = getElementBytes(elementType);
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data() + index * size, size);
  llvm::APFloat value(elementType.getFloatSemantics(),
                      llvm::APInt(elementType.getWidth(), bits));
  bool losesInfo;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

std::vector<double> FloatElements::toDoubles() const {
  std::vector<double> values(getNumElements());
  for (int64_t i = 0; i < getNumElements(); ++i)
    values[i] = (*this)[i];
  return values;
}

} // namespace bnopt
