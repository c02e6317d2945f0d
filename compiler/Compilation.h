//===- Compilation.h - One model on its way to a library ------------------===//

#ifndef BNOPT_COMPILER_COMPILATION_H
#define BNOPT_COMPILER_COMPILATION_H

#include "compiler/DriverOptions.h"
#include "compiler/Report.h"
#include "compiler/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace bnopt {

/// Takes one model through the phases. Every failure has been reported as
/// one diagnostic when a function returns, and leaves no output behind.
class Compilation {
public:
  Compilation(const DriverOptions &options, const Target &target,
              mlir::MLIRContext *context)
      : options(options), target(target), context(context) {}

  /// Reads the model: ONNX, or MLIR as text or bytecode.
  mlir::LogicalResult import();

  /// Runs all phases up to the one asked for and writes the output.
  mlir::LogicalResult run(OutputKind kind);

  /// Runs passes from the command line on the model, and writes the IR.
  mlir::LogicalResult runPasses(
      llvm::function_ref<mlir::LogicalResult(mlir::PassManager &)> addPasses,
      OutputKind kind);

  mlir::ModuleOp getModule() { return *module; }

  /// What the remarks of the passes say of each normalization; for whoever
  /// sends them here.
  NormalizationRecords &getRecords() { return records; }

private:
  mlir::LogicalResult runPhase(Phase phase);
  mlir::LogicalResult emit(OutputKind kind);
  mlir::LogicalResult writeModule(OutputKind kind);
  mlir::LogicalResult validate();
  mlir::LogicalResult finishReport();
  std::string getModelName();
  mlir::LogicalResult fail(llvm::Error error);

  const DriverOptions &options;
  Target target;
  mlir::MLIRContext *context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The model before folding, to be compared with.
  mlir::OwningOpRef<mlir::ModuleOp> unfolded;
  NormalizationRecords records;
  Report report;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_COMPILATION_H
