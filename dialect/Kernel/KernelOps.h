//===- KernelOps.h - Kernels, launches and places -------------------------===//

#ifndef BNOPT_DIALECT_KERNEL_KERNELOPS_H
#define BNOPT_DIALECT_KERNEL_KERNELOPS_H

#include "dialect/Kernel/KernelAttrs.h"
#include "dialect/Kernel/KernelDialect.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dialect/Kernel/KernelOps.h.inc"

#endif // BNOPT_DIALECT_KERNEL_KERNELOPS_H
