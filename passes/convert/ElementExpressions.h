//===- ElementExpressions.h - What is computed for each element -----------===//

#ifndef BNOPT_PASSES_CONVERT_ELEMENTEXPRESSIONS_H
#define BNOPT_PASSES_CONVERT_ELEMENTEXPRESSIONS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <optional>

namespace bnopt {

/// A value on the way to an element of some result, the root: a tensor that it
/// is read from, or a scalar that a loop computes. Says nothing of how many
/// operators the computation is spread over.
struct Expression {
  mlir::Value value;
  /// The loops around a scalar; null for a tensor, and for a scalar outside.
  mlir::linalg::LinalgOp loops;
  /// For each dimension of the tensor, or each loop, the dimension of the root
  /// that it goes along, or -1 where it is broadcast.
  llvm::SmallVector<int64_t> dims;
};

/// The root `result`, a ranked tensor.
Expression getRootExpression(mlir::Value result);

/// The same value nearer to where it is computed: through the operands of
/// loops, from a result into the loops that compute it, through conversions of
/// the element type and reshapes that add or remove dimensions of size one.
/// None where arithmetic is, or something that is not elementwise.
std::optional<Expression> lookThrough(const Expression &expression);

/// Powers of ½ and −½ are roots.
enum class Arithmetic {
  Add,
  Subtract,
  Multiply,
  Divide,
  Invert,
  Root,
  InverseRoot
};

/// What computes an expression, however far away, and of what.
struct Definition {
  Arithmetic kind;
  llvm::SmallVector<Expression, 2> operands;
};
std::optional<Definition> getDefinition(Expression expression);

/// The number that an expression is everywhere, before its conversions.
std::optional<double> getConstant(Expression expression);

/// Whether two expressions are computed alike from the same values, as far as
/// a comparison of moderate length can tell.
bool areEqual(const Expression &lhs, const Expression &rhs);

/// The tensor of the root's rank and element type from which the root reads
/// one element for each of its own; null if there is none.
mlir::Value getData(Expression expression, mlir::RankedTensorType rootType);

/// A tensor with one element per feature, or one number for all features.
struct Parameter {
  mlir::Value tensor;
  /// The dimension of the root; -1 for a number.
  int64_t featureIndex = -1;
  double number = 0;
};
std::optional<Parameter> getParameter(Expression expression);

/// `parameter` as a vector of `numFeatures` elements, a constant if it is one,
/// of type `elementType` if it is a number. Null if it is a number and the
/// features have not been counted.
mlir::Value buildVector(mlir::OpBuilder &builder, mlir::Location loc,
                        const Parameter &parameter, int64_t numFeatures,
                        mlir::Type elementType);

} // namespace bnopt

#endif // BNOPT_PASSES_CONVERT_ELEMENTEXPRESSIONS_H
