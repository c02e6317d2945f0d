//===- EmitLibrary.h - From a lowered module to files ---------------------===//

#ifndef BNOPT_COMPILER_EMITLIBRARY_H
#define BNOPT_COMPILER_EMITLIBRARY_H

#include "compiler/DriverOptions.h"
#include "compiler/Report.h"
#include "compiler/Target.h"

#include "mlir/IR/BuiltinOps.h"

namespace bnopt {

/// Generates code for a module after `bn-plan-memory` and writes it as
/// `kind`, for libraries with a header beside it. Fills in the report's
/// figures. Failures have been reported when it returns; no output stays.
mlir::LogicalResult emitLibrary(mlir::ModuleOp module, const Target &target,
                                OutputKind kind, const DriverOptions &options,
                                Report &report);

} // namespace bnopt

#endif // BNOPT_COMPILER_EMITLIBRARY_H
