//===- MemoryOrders.h - Which tensors may stay row-major ------------------===//

#ifndef BNOPT_PASSES_LOWER_MEMORYORDERS_H
#define BNOPT_PASSES_LOWER_MEMORYORDERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace bnopt {

/// The tensors that no kernel wants channels-last: all kernels that read or
/// write them, and those that these are connected to, work in any order that
/// their tensors have in common.
llvm::DenseSet<mlir::Value>
findRowMajorValues(mlir::func::FuncOp func, const mlir::SymbolTable &symbols);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_MEMORYORDERS_H
