//===- BNOps.h - Normalization operators ----------------------------------===//

#ifndef BNOPT_DIALECT_BN_BNOPS_H
#define BNOPT_DIALECT_BN_BNOPS_H

#include "dialect/BN/BNAttrs.h"
#include "dialect/BN/BNDialect.h"
#include "dialect/Interfaces/DifferentiableOpInterface.h"
#include "dialect/Interfaces/InferredTypes.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dialect/BN/BNOps.h.inc"

#endif // BNOPT_DIALECT_BN_BNOPS_H
