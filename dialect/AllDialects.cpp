//===- AllDialects.cpp - The dialects of a bn-opt program -----------------===//

#include "dialect/AllDialects.h"

#include "dialect/BN/BNDialect.h"
#include "dialect/Kernel/KernelDialect.h"
#include "dialect/NN/NNDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

void bnopt::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<bn::BNDialect, kernel::KernelDialect, nn::NNDialect,
                  mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::memref::MemRefDialect>();
}
