//===- ScaleShiftOpInterface.cpp - Where a scale and a shift can go -------===//

#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "dialect/Interfaces/ScaleShiftOpInterface.cpp.inc"

mlir::Value bnopt::cloneWithOperands(mlir::OpBuilder &builder,
                                     mlir::Operation *op,
                                     mlir::ValueRange operands) {
  mlir::Operation *clone = builder.clone(*op);
  clone->setOperands(operands);
  return clone->getResult(0);
}
