//===- ReverseMode.h - Gradients of a function's values -------------------===//

#ifndef BNOPT_PASSES_TRAIN_REVERSEMODE_H
#define BNOPT_PASSES_TRAIN_REVERSEMODE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace bnopt {

/// Whether values of `type` can have gradients.
bool isFloatTensor(mlir::Type type);

/// Appends the adjoints of the operators of a function, in reverse order, to
/// its only block.
class ReverseMode {
public:
  /// Gradients are wanted of `sources`.
  ReverseMode(mlir::func::FuncOp function, mlir::ArrayRef<mlir::Value> sources);

  /// Whether `value` depends on a source in a way that gradients can go.
  bool isActive(mlir::Value value) const { return active.contains(value); }

  /// Adds to the gradient of `value`.
  void addGradient(mlir::Value value, mlir::Value gradient);

  /// Builds all adjoints that gradients reach. Fails with a diagnostic on an
  /// operator that has none.
  mlir::LogicalResult build();

  /// The gradient of `value`; null if none arrived.
  mlir::Value getGradient(mlir::Value value) const {
    return gradients.lookup(value);
  }

private:
  mlir::LogicalResult buildAdjoint(mlir::Operation *op);

  mlir::Block &block;
  mlir::OpBuilder builder;
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, mlir::Value> gradients;
};

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_REVERSEMODE_H
