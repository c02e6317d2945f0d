//===- BNDialect.h - Normalization ----------------------------------------===//

#ifndef BNOPT_DIALECT_BN_BNDIALECT_H
#define BNOPT_DIALECT_BN_BNDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialect/BN/BNDialect.h.inc"

#endif // BNOPT_DIALECT_BN_BNDIALECT_H
