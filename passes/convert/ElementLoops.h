//===- ElementLoops.h - Loops over the elements of a tensor ---------------===//

#ifndef BNOPT_PASSES_CONVERT_ELEMENTLOOPS_H
#define BNOPT_PASSES_CONVERT_ELEMENTLOOPS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace bnopt {

mlir::FloatType getFloatElementType(mlir::Value tensor);

/// The type in which an operator on `tensors` computes: the widest of their
/// element types, and f32 at least.
mlir::FloatType getComputeType(mlir::ValueRange tensors);

/// Builds floating-point arithmetic on scalars. Operands of different types
/// are computed in the wider one.
class ScalarBuilder {
public:
  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::Value constant(double value, mlir::Type type);
  mlir::Value convert(mlir::Value value, mlir::Type type);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sqrt(mlir::Value value);

private:
  template <typename Op>
  mlir::Value build(mlir::Value lhs, mlir::Value rhs);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

/// A tensor whose element at (i_dims[0], i_dims[1], …) is read in iteration i.
struct LoopOperand {
  mlir::Value tensor;
  llvm::SmallVector<int64_t> dims;
};

/// One loop per dimension of a tensor, the domain, as `linalg.generic` on
/// tensors where the builder stands.
class ElementLoops {
public:
  /// Computes one scalar per result from one per operand.
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      ScalarBuilder &, mlir::ValueRange)>;

  ElementLoops(mlir::OpBuilder &builder, mlir::Location loc,
               mlir::Value domain);

  /// `tensor`, of the domain's rank, element by element.
  LoopOperand all(mlir::Value tensor) const;

  /// A tensor of the domain's shape: what `body` gives, rounded to
  /// `elementType`.
  mlir::Value map(llvm::ArrayRef<LoopOperand> operands, mlir::Type elementType,
                  Body body);

  /// Sums, in `type`, of each of the `numSums` values that `body` gives, over
  /// all dimensions but `keptDims`.
  llvm::SmallVector<mlir::Value> sum(llvm::ArrayRef<LoopOperand> operands,
                                     llvm::ArrayRef<int64_t> keptDims,
                                     mlir::Type type, unsigned numSums,
                                     Body body);

  /// How many values `sum` adds up, as a scalar; one where there are none, so
  /// that means of nothing are zero.
  mlir::Value countSummed(llvm::ArrayRef<int64_t> keptDims, mlir::Type type);

private:
  mlir::Value createEmpty(llvm::ArrayRef<int64_t> dims, mlir::Type elementType);
  llvm::SmallVector<mlir::Value> build(llvm::ArrayRef<LoopOperand> operands,
                                       mlir::ValueRange inits,
                                       llvm::ArrayRef<int64_t> resultDims,
                                       Body body);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::Value domain;
  llvm::SmallVector<int64_t> allDims;
};

/// `tensor` with its elements rounded or extended to `elementType`.
mlir::Value convertElements(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value tensor, mlir::Type elementType);

/// `tensor` as a value of `type`, which may know more or fewer of its sizes.
mlir::Value castTo(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value tensor, mlir::Type type);

} // namespace bnopt

#endif // BNOPT_PASSES_CONVERT_ELEMENTLOOPS_H
