//===- KernelAttrs.h - Layouts and schedules ------------------------------===//

#ifndef BNOPT_DIALECT_KERNEL_KERNELATTRS_H
#define BNOPT_DIALECT_KERNEL_KERNELATTRS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"

#define GET_ATTRDEF_CLASSES
#include "dialect/Kernel/KernelAttrs.h.inc"

#endif // BNOPT_DIALECT_KERNEL_KERNELATTRS_H
