//===- RunInterpreter.h - The reference interpreter on files --------------===//

#ifndef BNOPT_COMPILER_REFERENCE_RUNINTERPRETER_H
#define BNOPT_COMPILER_REFERENCE_RUNINTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace bnopt::reference {

/// The name of an output of `function`: `bn.name`, or a made-up one.
std::string getResultName(mlir::func::FuncOp function, size_t index);

/// The types of the inputs of `function`. Fails with a diagnostic where one is
/// no ranked tensor, which nothing could be made up for.
mlir::FailureOr<llvm::SmallVector<mlir::RankedTensorType>>
getInputTypes(mlir::func::FuncOp function);

/// Interprets the model function of `module`. Each of `inputSpecs`, NAME=FILE,
/// gives one input as a tensor file; the others get the random data that
/// `bn-run` gives them for the same `seed`, a dynamic size being 1. Writes one
/// NAME.npy of f32 per output into `outputDir`, which is made when missing.
/// Errors are reported as diagnostics.
mlir::LogicalResult runInterpreter(mlir::ModuleOp module,
                                   llvm::ArrayRef<std::string> inputSpecs,
                                   llvm::StringRef outputDir, uint64_t seed);

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_RUNINTERPRETER_H
