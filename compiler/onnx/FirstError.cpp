//===- FirstError.cpp - one error for one node ----------------------------===//

#include "compiler/onnx/FirstError.h"

using namespace mlir;

namespace bnopt::onnx_import {

FirstError::FirstError(MLIRContext *context)
    : handler(std::in_place, context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
          return failure();
        if (count++ == 0) {
          location = diagnostic.getLocation();
          message = diagnostic.str();
        }
        return success();
      }) {}

LogicalResult FirstError::report() {
  handler.reset();
  if (!location)
    return success();
  return emitError(*location) << message;
}

} // namespace bnopt::onnx_import
