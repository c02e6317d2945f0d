//===- FirstError.h - one error for one node ------------------------------===//

#ifndef BNOPT_COMPILER_ONNX_FIRSTERROR_H
#define BNOPT_COMPILER_ONNX_FIRSTERROR_H

#include "mlir/IR/Diagnostics.h"

#include <optional>
#include <string>

namespace bnopt::onnx_import {

/// Holds errors back while it lives and keeps the first, without its notes:
/// what follows it is its consequence, and in a model all of it happens at
/// one node.
class FirstError {
public:
  explicit FirstError(mlir::MLIRContext *context);

  /// Errors so far.
  int64_t getCount() const { return count; }
  /// Stops holding back and emits the first error, if there was one.
  llvm::LogicalResult report();

private:
  std::optional<mlir::Location> location;
  std::string message;
  int64_t count = 0;
  std::optional<mlir::ScopedDiagnosticHandler> handler;
};

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_FIRSTERROR_H
