//===- DifferentiableOpInterface.h - Adjoints of operators ----------------===//

#ifndef BNOPT_DIALECT_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
#define BNOPT_DIALECT_INTERFACES_DIFFERENTIABLEOPINTERFACE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"

#include <string>

namespace bnopt {

/// One gradient per value; null where there is none.
using Gradients = llvm::SmallVector<mlir::Value>;

/// What an adjoint starts from, and what is wanted of it.
class AdjointRequest {
public:
  /// `outputs` has one gradient per result, null where none arrives, `needed`
  /// one answer per operand: whether its gradient is wanted.
  AdjointRequest(Gradients outputs, llvm::SmallVector<bool> needed)
      : outputs(std::move(outputs)), needed(std::move(needed)) {}

  /// The gradient of a result; null if none arrives.
  mlir::Value getOutput(unsigned result = 0) const { return outputs[result]; }

  bool isNeeded(unsigned operand) const { return needed[operand]; }

  /// Gradients of all operands, none yet.
  Gradients makeGradients() const { return Gradients(needed.size()); }

private:
  Gradients outputs;
  llvm::SmallVector<bool> needed;
};

/// A constant of `type` with the same number everywhere.
mlir::Value createSplat(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::RankedTensorType type, double value);

} // namespace bnopt

#include "dialect/Interfaces/DifferentiableOpInterface.h.inc"

#endif // BNOPT_DIALECT_INTERFACES_DIFFERENTIABLEOPINTERFACE_H
