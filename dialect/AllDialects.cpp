//===- AllDialects.cpp - The dialects of a bn-opt program -----------------===//

#include "dialect/AllDialects.h"

#include "dialect/BN/BNDialect.h"
#include "dialect/External/ScaleShiftModels.h"
#include "dialect/Kernel/KernelDialect.h"
#include "dialect/NN/NNDialect.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

void bnopt::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<bn::BNDialect, kernel::KernelDialect, nn::NNDialect,
                  mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::memref::MemRefDialect>();
}

void bnopt::registerGuestDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::linalg::LinalgDialect, mlir::math::MathDialect,
                  mlir::tensor::TensorDialect, mlir::tosa::TosaDialect>();
  registerLinalgScaleShiftModels(registry);
  registerTensorScaleShiftModels(registry);
}
