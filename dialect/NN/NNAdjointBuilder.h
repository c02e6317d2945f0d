//===- NNAdjointBuilder.h - What adjoints consist of ----------------------===//

#ifndef BNOPT_DIALECT_NN_NNADJOINTBUILDER_H
#define BNOPT_DIALECT_NN_NNADJOINTBUILDER_H

#include "dialect/NN/NNOps.h"

namespace bnopt::nn {

/// Builds operators at one place; all shapes are static.
class AdjointBuilder {
public:
  AdjointBuilder(mlir::OpBuilder &builder, mlir::Operation *op)
      : builder(builder), loc(op->getLoc()) {}

  /// An operator whose result type follows.
  template <typename Op, typename... Args>
  mlir::Value create(Args &&...args) {
    return Op::create(builder, loc, std::forward<Args>(args)...);
  }

  mlir::Value add(mlir::Value lhs, mlir::Value rhs) {
    return create<AddOp>(lhs, rhs);
  }
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs) {
    return create<SubOp>(lhs, rhs);
  }
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs) {
    return create<MulOp>(lhs, rhs);
  }
  mlir::Value div(mlir::Value lhs, mlir::Value rhs) {
    return create<DivOp>(lhs, rhs);
  }
  mlir::Value neg(mlir::Value value) { return create<NegOp>(value); }

  /// `value` + `number` and `value`·`number`, each element.
  mlir::Value addNumber(mlir::Value value, double number);
  mlir::Value scale(mlir::Value value, double number);
  mlir::Value oneMinus(mlir::Value value);

  /// `gradient` where lowest < value < highest, else `slope` times it.
  mlir::Value gate(mlir::Value gradient, mlir::Value value, double lowest,
                   double highest, double slope = 0);
  /// `gradient` where value > bound, and where value ≥ bound; else 0.
  mlir::Value keepAbove(mlir::Value gradient, mlir::Value value, double bound);
  mlir::Value keepFrom(mlir::Value gradient, mlir::Value value, double bound);

  /// The adjoint of broadcasting a value of `type`: sums what its elements
  /// were repeated to.
  mlir::Value sumTo(mlir::Value gradient, mlir::Type type);
  /// `value` repeated to `type`, to which it broadcasts.
  mlir::Value expandTo(mlir::Value value, mlir::Type type);

  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value sum(mlir::Value value, llvm::ArrayRef<int64_t> axes,
                  bool keepDims);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  /// `size` elements along `dim`, from `offset` on in steps of `step`.
  mlir::Value slice(mlir::Value value, int64_t dim, int64_t offset,
                    int64_t size, int64_t step = 1);
  /// Zeros before and after along `dim`.
  mlir::Value pad(mlir::Value value, int64_t dim, int64_t low, int64_t high);

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }

private:
  mlir::Value number(mlir::Value like, double value);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// The gradients of an operator with one operand.
inline Gradients single(mlir::Value gradient) { return {gradient}; }

} // namespace bnopt::nn

#endif // BNOPT_DIALECT_NN_NNADJOINTBUILDER_H
