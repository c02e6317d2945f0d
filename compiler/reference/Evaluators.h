//===- Evaluators.h - What each operator computes -------------------------===//
//
// One function per family. Each returns the results of `op` on `operands`, or
// nothing when `op` belongs to another family. Absent optional operands are
// absent from `operands` too.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_REFERENCE_EVALUATORS_H
#define BNOPT_COMPILER_REFERENCE_EVALUATORS_H

#include "compiler/reference/Tensor.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace bnopt::reference {

using Operands = llvm::ArrayRef<const Tensor *>;
using Results = std::optional<llvm::SmallVector<Tensor>>;

/// conv, conv_transpose, gemm, matmul.
Results evaluateLinear(mlir::Operation *op, Operands operands);
/// Pools, reductions, softmax, local response normalization.
Results evaluatePooling(mlir::Operation *op, Operands operands);
/// Gradients of convolutions and pools.
Results evaluateGradient(mlir::Operation *op, Operands operands);
/// Unary and binary operators, element by element.
Results evaluateElementwise(mlir::Operation *op, Operands operands);
/// Operators that only choose and move elements, and resize.
Results evaluateMovement(mlir::Operation *op, Operands operands);
/// The bn dialect, but for what the two below know.
Results evaluateNormalization(mlir::Operation *op, Operands operands);
/// The gradients of layer, group and RMS norm.
Results evaluateNormGradient(mlir::Operation *op, Operands operands);
/// Statistics of runs, and what is made of them.
Results evaluatePartialStatistics(mlir::Operation *op, Operands operands);

/// A single result.
inline Results single(Tensor tensor) {
  llvm::SmallVector<Tensor> results;
  results.push_back(std::move(tensor));
  return results;
}

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_EVALUATORS_H
