//===- BNAttrs.cpp - How constants follow from parameters -----------------===//

#include "dialect/BN/BNAttrs.h"

#include "dialect/BN/BNDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt::bn;

#define GET_ATTRDEF_CLASSES
#include "dialect/BN/BNAttrs.cpp.inc"

void BNDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/BN/BNAttrs.cpp.inc"
      >();
}

DenseElementsAttr bnopt::bn::getInlineElements(ElementsAttr elements) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(elements);
  if (!resource)
    return dyn_cast<DenseElementsAttr>(elements);
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  ShapedType type = resource.getType();
  bool isSplat;
  if (!blob ||
      !DenseElementsAttr::isValidRawBuffer(type, blob->getData(), isSplat))
    return nullptr;
  return DenseElementsAttr::getFromRawBuffer(type, blob->getData());
}

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Operands of recipes and steps are names of parameters, or numbers.
static bool isOperand(Attribute attribute) {
  return isa<StringAttr, DenseElementsAttr>(attribute);
}

LogicalResult ParameterAttr::verify(EmitError emitError, StringAttr name,
                                    RankedTensorType type,
                                    DenseElementsAttr value) {
  if (!type.hasStaticShape())
    return emitError() << "expects a static shape, but got " << type;
  if (!isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(
          type.getElementType()))
    return emitError() << "expects elements of f16, bf16, f32, or f64, but got "
                       << type.getElementType();
  if (value && value.getType() != type)
    return emitError() << "expects 'value' to have type " << type
                       << ", but got " << value.getType();
  return success();
}

static size_t getNumOperands(AffineKind kind) {
  switch (kind) {
  case AffineKind::Normalize:
    return 4;
  case AffineKind::ScaleShift:
    return 2;
  default:
    return 1;
  }
}

LogicalResult StepAttr::verify(EmitError emitError, AffineKind kind,
                               ArrayRef<Attribute> operands, StringAttr node,
                               FloatAttr epsilon) {
  if (operands.size() != getNumOperands(kind) ||
      !llvm::all_of(operands, isOperand))
    return emitError() << "expects '" << stringifyAffineKind(kind)
                       << "' to have " << getNumOperands(kind)
                       << " operands, names or numbers, but got "
                       << operands.size();
  if ((kind == AffineKind::Normalize) != bool(epsilon))
    return emitError() << "expects 'epsilon' on 'normalize', and only there";
  return success();
}

LogicalResult RecipeAttr::verify(EmitError emitError, RecipeRole role,
                                 Attribute operand, ArrayRef<StepAttr> steps,
                                 ArrayRef<int64_t> view,
                                 ArrayRef<int64_t> packing) {
  const bool takesOperand = role == RecipeRole::Copy ||
                            role == RecipeRole::Weights ||
                            (role == RecipeRole::Bias && operand);
  if (takesOperand != bool(operand) || (operand && !isOperand(operand)))
    return emitError() << "expects an operand, name or numbers, on 'copy' and "
                          "'weights', not on 'scale' and 'shift'";
  if ((role == RecipeRole::Copy) != steps.empty())
    return emitError() << "expects 'steps' on all but 'copy'";
  if (view.size() != (role == RecipeRole::Weights ? 4 : 0))
    return emitError() << "expects 'view' to have 4 values on 'weights' and "
                          "none elsewhere, but got "
                       << view.size();
  if (!packing.empty() && packing.size() != 6)
    return emitError() << "expects 'packing' to have 6 values, but got "
                       << packing.size();
  const auto isPositive = [](int64_t value) { return value > 0; };
  if (!llvm::all_of(view, isPositive) || !llvm::all_of(packing, isPositive))
    return emitError() << "expects positive values in 'view' and 'packing'";
  return success();
}
