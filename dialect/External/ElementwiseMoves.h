//===- ElementwiseMoves.h - Scale-shifts pass elementwise linalg ----------===//

#ifndef BNOPT_DIALECT_EXTERNAL_ELEMENTWISEMOVES_H
#define BNOPT_DIALECT_EXTERNAL_ELEMENTWISEMOVES_H

#include "dialect/Interfaces/ClampBounds.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace bnopt {

/// What an elementwise linalg operator does, as far as scale-shifts care.
enum class ElementwiseKind { Add, Subtract, Relu, Move };

/// The kind of `op`; none if it is something else, or not on tensors.
std::optional<ElementwiseKind> getElementwiseKind(mlir::linalg::LinalgOp op);

/// The questions of `ScaleShiftOpInterface`, for an elementwise operator.
mlir::FailureOr<llvm::SmallVector<ScaleShiftMove>>
moveElementwiseUp(mlir::linalg::LinalgOp op, ElementwiseKind kind,
                  const ScaleAndShift &below, std::string &reason);
mlir::FailureOr<ScaleAndShift>
moveElementwiseDown(mlir::linalg::LinalgOp op, ElementwiseKind kind,
                    unsigned operand, const ScaleAndShift &above,
                    bool &changesOperator, std::string &reason);

/// The bounds that a relu is, for `numFeatures` features.
inline ClampBounds getReluBounds(size_t numFeatures) {
  return ClampBounds(numFeatures, 0);
}

/// `input`, of the shape of the result of `op`, between `bounds` along
/// dimension `featureIndex`.
mlir::Value buildClamp(mlir::OpBuilder &builder, mlir::linalg::LinalgOp op,
                       mlir::Value input, int64_t featureIndex,
                       const ClampBounds &bounds);

/// The operand of which a `Relu` takes the positive part.
unsigned getReluOperand(mlir::linalg::LinalgOp op);

/// True if a relu stays one beside `values`.
bool keepsRelu(const ScaleAndShift &values);

} // namespace bnopt

#endif // BNOPT_DIALECT_EXTERNAL_ELEMENTWISEMOVES_H
