//===- HostModule.h - The function that runs a model ----------------------===//

#ifndef BNOPT_COMPILER_HOST_HOSTMODULE_H
#define BNOPT_COMPILER_HOST_HOSTMODULE_H

#include "compiler/Target.h"
#include "compiler/host/RefreshPlan.h"
#include "compiler/host/WeightTable.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

namespace bnopt {

struct HostOptions {
  /// Exports `bnopt_library_model`, by which loaders find the model of a
  /// shared library.
  bool isSharedLibrary = true;
  /// How new parameters become weights, which are writable then; null where the
  /// model has no refresh.
  const RefreshPlan *refresh = nullptr;
  /// Instruments memory accesses for ThreadSanitizer.
  bool sanitizeThread = false;
};

/// Builds, in the LLVM dialect, the host module of a lowered model (after
/// `bn-plan-memory`): `<model>_execute`, which fills buffer descriptors and
/// calls kernels in order; the model's descriptor; and the public functions
/// around them. `symbols` maps kernels to the functions generated for them.
/// See runtime/bnopt.h and runtime/support.h for what the code relies on.
mlir::OwningOpRef<mlir::ModuleOp>
buildHostModule(mlir::func::FuncOp model, const WeightTable &weights,
                const llvm::StringMap<std::string> &symbols,
                const Target &target, const HostOptions &options);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_HOSTMODULE_H
