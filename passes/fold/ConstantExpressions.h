//===- ConstantExpressions.h - What constants compute ---------------------===//

#ifndef BNOPT_PASSES_FOLD_CONSTANTEXPRESSIONS_H
#define BNOPT_PASSES_FOLD_CONSTANTEXPRESSIONS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace bnopt {

/// A tensor of numbers in f64, whatever its type in the program.
struct ConstantArray {
  mlir::RankedTensorType type;
  std::vector<double> values;

  /// The one value of all elements.
  std::optional<double> getUniform() const;
};

/// The values of a function that depend on constants only, computed in f64
/// without a rounding on the way.
class ConstantExpressions {
public:
  /// Computes what the operators under `root` make of constants.
  explicit ConstantExpressions(mlir::Operation *root);

  /// The elements of `value`, a constant or computed from constants; null if
  /// it is neither, or not finite. Valid until the next call.
  const ConstantArray *get(mlir::Value value);
  /// As `get`, for a value with all elements equal.
  std::optional<double> getUniform(mlir::Value value);
  bool isConstant(mlir::Value value) { return get(value) != nullptr; }

  /// Makes constants, rounded once, of the computed values that operators
  /// still use, and erases what has computed them.
  void materialize();

private:
  void compute(mlir::Operation *op);

  llvm::DenseMap<mlir::Value, std::optional<ConstantArray>> arrays;
  /// Operators with a computed result, in order.
  std::vector<mlir::Operation *> computed;
};

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_CONSTANTEXPRESSIONS_H
