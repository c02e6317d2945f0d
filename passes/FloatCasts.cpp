//===- FloatCasts.cpp - Values in another floating-point type -------------===//

#include "passes/FloatCasts.h"

#include "dialect/NN/NNOps.h"
#include "passes/fold/ConstantData.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace bnopt {

Value castElements(OpBuilder &builder, Location loc, Value value,
                   Type elementType) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getElementType() == elementType)
    return value;
  RankedTensorType newType = type.clone(elementType);
  if (auto data = ConstantData::get(value))
    return createConstant(builder, loc, "cast", newType, data->toDoubles());
  return nn::CastOp::create(builder, loc, newType, value);
}

} // namespace bnopt
