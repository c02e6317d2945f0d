//===- BNDialect.cpp - Normalization -------------------------------------===//

#include "dialect/BN/BNDialect.h"

#include "dialect/BN/BNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnopt;

#include "dialect/BN/BNDialect.cpp.inc"

#include "dialect/BN/BNEnums.cpp.inc"

#define GET_OP_CLASSES
#include "dialect/BN/BNOps.cpp.inc"

void bn::BNDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialect/BN/BNOps.cpp.inc"
      >();
}

Operation *bn::BNDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
