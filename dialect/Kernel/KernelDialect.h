//===- KernelDialect.h - Fused groups of operators and their launches -----===//

#ifndef BNOPT_DIALECT_KERNEL_KERNELDIALECT_H
#define BNOPT_DIALECT_KERNEL_KERNELDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dialect/Kernel/KernelDialect.h.inc"

#endif // BNOPT_DIALECT_KERNEL_KERNELDIALECT_H
