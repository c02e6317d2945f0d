//===- ConstantData.cpp - The numbers inside constants --------------------===//

#include "passes/fold/ConstantData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/APFloat.h"

#include <cstring>

using namespace mlir;

namespace bnopt {

bn::RecipeAttr getRecipe(Value constant) {
  Operation *op = constant.getDefiningOp();
  return op ? dyn_cast_or_null<bn::RecipeAttr>(
                  op->getDiscardableAttr(bn::recipeAttrName))
            : bn::RecipeAttr();
}

std::optional<ConstantData> ConstantData::get(Value value) {
  if (getRecipe(value))
    return std::nullopt;
  return getInitial(value);
}

std::optional<ConstantData> ConstantData::getInitial(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  if (!constant)
    return std::nullopt;
  return get(constant.getValue());
}

std::optional<ConstantData> ConstantData::get(Attribute attribute) {
  std::optional<FloatElements> elements = FloatElements::get(attribute);
  if (!elements)
    return std::nullopt;
  return ConstantData(*elements);
}

ConstantBuffer::ConstantBuffer(RankedTensorType type)
    : type(type), format(getFloatFormat(type.getElementType())),
      // The alignment of a cache line: vector loads straight from a resource
      // stay within one.
      blob(HeapAsmResourceBlob::allocate(
          type.getNumElements() * getElementBytes(type.getElementType()),
          /*align=*/64, /*dataIsMutable=*/true)) {}

double ConstantBuffer::storeOther(int64_t index, double value) {
  auto elementType = cast<FloatType>(type.getElementType());
  llvm::APFloat rounded(value);
  bool losesInfo;
  rounded.convert(elementType.getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  const int64_t size = getElementBytes(elementType);
  const uint64_t bits = rounded.bitcastToAPInt().getZExtValue();
  std::memcpy(blob.getMutableData().data() + index * size, &bits, size);
  rounded.convert(llvm::APFloat::IEEEdouble(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return rounded.convertToDouble();
}

/// The name of the first node at `loc`; a place in a file is no name.
static StringRef findNodeName(Location loc) {
  if (auto named = dyn_cast<NameLoc>(loc))
    return named.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (StringRef name = findNodeName(part); !name.empty())
        return name;
  return {};
}

static std::string getConstantName(Location loc, StringRef role) {
  const StringRef node = findNodeName(loc);
  return node.empty() ? role.str() : (node + "." + role).str();
}

Value ConstantBuffer::build(OpBuilder &builder, Location loc, StringRef role,
                            bn::RecipeAttr recipe) && {
  TypedAttr attribute;
  if (type.getNumElements() <= maxInlineElements && !recipe)
    attribute = DenseElementsAttr::getFromRawBuffer(type, blob.getData());
  else
    attribute = DenseResourceElementsAttr::get(type, getConstantName(loc, role),
                                               std::move(blob));
  auto constant = arith::ConstantOp::create(builder, loc, attribute);
  if (recipe)
    constant->setDiscardableAttr(bn::recipeAttrName, recipe);
  return constant;
}

Value createConstant(OpBuilder &builder, Location loc, StringRef role,
                     RankedTensorType type, ArrayRef<double> values,
                     bn::RecipeAttr recipe) {
  ConstantBuffer buffer(type);
  buffer.fill(0, type.getNumElements(),
              [&](int64_t index) { return values[index]; });
  return std::move(buffer).build(builder, loc, role, recipe);
}

} // namespace bnopt
