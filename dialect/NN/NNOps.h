//===- NNOps.h - Operators of convolutional networks ----------------------===//

#ifndef BNOPT_DIALECT_NN_NNOPS_H
#define BNOPT_DIALECT_NN_NNOPS_H

#include "dialect/Interfaces/DifferentiableOpInterface.h"
#include "dialect/Interfaces/InferredTypes.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "dialect/NN/NNDialect.h"
#include "dialect/NN/NNShapes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/NN/NNEnums.h.inc"

#define GET_OP_CLASSES
#include "dialect/NN/NNOps.h.inc"

#endif // BNOPT_DIALECT_NN_NNOPS_H
