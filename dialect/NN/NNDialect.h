//===- NNDialect.h - The neighbours of normalizations ---------------------===//

#ifndef BNOPT_DIALECT_NN_NNDIALECT_H
#define BNOPT_DIALECT_NN_NNDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialect/NN/NNDialect.h.inc"

#endif // BNOPT_DIALECT_NN_NNDIALECT_H
