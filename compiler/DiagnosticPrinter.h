//===- DiagnosticPrinter.h - Diagnostics for people who have a model ------===//

#ifndef BNOPT_COMPILER_DIAGNOSTICPRINTER_H
#define BNOPT_COMPILER_DIAGNOSTICPRINTER_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace bnopt {

/// Prints each diagnostic as one line that names file and node,
/// `error: model.onnx: node 'conv1': expects …`, as long as it exists.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  DiagnosticPrinter(mlir::MLIRContext *context, llvm::raw_ostream &os);
};

} // namespace bnopt

#endif // BNOPT_COMPILER_DIAGNOSTICPRINTER_H
