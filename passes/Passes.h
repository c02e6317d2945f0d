//===- Passes.h - All passes of the project ------------------------------===//

#ifndef BNOPT_PASSES_PASSES_H
#define BNOPT_PASSES_PASSES_H

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/train/GradientsOf.h"
#include "passes/train/SplitWhere.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace bnopt {

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace bnopt

#endif // BNOPT_PASSES_PASSES_H
