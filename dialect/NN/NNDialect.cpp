//===- NNDialect.cpp - The neighbours of normalizations -------------------===//

#include "dialect/NN/NNDialect.h"

#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnopt;

#include "dialect/NN/NNDialect.cpp.inc"

#include "dialect/NN/NNEnums.cpp.inc"

#define GET_OP_CLASSES
#include "dialect/NN/NNOps.cpp.inc"

void nn::NNDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialect/NN/NNOps.cpp.inc"
      >();
}

Operation *nn::NNDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
