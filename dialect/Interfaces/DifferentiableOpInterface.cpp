//===- DifferentiableOpInterface.cpp - Adjoints of operators --------------===//

#include "dialect/Interfaces/DifferentiableOpInterface.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

#include "dialect/Interfaces/DifferentiableOpInterface.cpp.inc"

Value bnopt::createSplat(OpBuilder &builder, Location loc,
                         RankedTensorType type, double value) {
  auto element = FloatAttr::get(type.getElementType(), value);
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, element));
}
