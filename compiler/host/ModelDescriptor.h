//===- ModelDescriptor.h - What a model says about itself -----------------===//

#ifndef BNOPT_COMPILER_HOST_MODELDESCRIPTOR_H
#define BNOPT_COMPILER_HOST_MODELDESCRIPTOR_H

#include "compiler/Target.h"
#include "compiler/host/RefreshPlan.h"
#include "compiler/link/Header.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnopt {

/// Number of inputs of a lowered model function, whose arguments are its
/// inputs, its outputs, then the arena.
unsigned countInputs(mlir::func::FuncOp model);

/// Inputs, outputs, workspace and parameters of a lowered model function.
ModelSignature getModelSignature(mlir::func::FuncOp model,
                                 const Target &target);

/// Adds to `host`, which defines `<model>_execute`, the descriptor of the
/// model (`bnopt_model` of runtime/bnopt.h) and the public functions
/// `<model>_model`, `<model>_run` and `<model>_set_threads`, with a plan also
/// `<model>_refresh` and `<model>_refresh_from`, with `exportForLoaders` also
/// `bnopt_library_model`.
void buildModelDescriptor(mlir::func::FuncOp model, mlir::ModuleOp host,
                          const Target &target, const RefreshPlan *refresh,
                          bool exportForLoaders);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_MODELDESCRIPTOR_H
