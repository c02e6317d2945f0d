//===- NNMoves.h - The parts of answers about scale-shifts ----------------===//

#ifndef BNOPT_DIALECT_NN_NNMOVES_H
#define BNOPT_DIALECT_NN_NNMOVES_H

#include "dialect/Interfaces/ClampBounds.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/Twine.h"

#include <optional>

namespace bnopt::nn {

using ScaleShiftMoves = mlir::FailureOr<llvm::SmallVector<ScaleShiftMove>>;

/// Fails with "'nn.relu' what" as the reason.
mlir::LogicalResult refuse(std::string &reason, mlir::Operation *op,
                           const llvm::Twine &what);

/// One way, which changes operand 0 alone.
ScaleShiftMoves asMove(mlir::FailureOr<ScaleAndShift> values,
                       bool changesOperator = false);

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// By how much dimensions of the result of a broadcasting operator count higher
/// than those of `operand`.
inline int64_t getMissingDims(mlir::Operation *op, unsigned operand) {
  return getTensorType(op->getResult(0)).getRank() -
         getTensorType(op->getOperand(operand)).getRank();
}

/// `above`, of an operand of a broadcasting operator, as values of the result;
/// fails where the operand broadcasts along the features.
mlir::FailureOr<ScaleAndShift> alongResult(mlir::Operation *op,
                                           unsigned operand,
                                           const ScaleAndShift &above,
                                           std::string &reason);

/// The numbers of a constant of floats of at most `maxElements`; none if
/// `value` is something else.
std::optional<std::vector<double>> readNumbers(mlir::Value value,
                                               int64_t maxElements);

} // namespace bnopt::nn

#endif // BNOPT_DIALECT_NN_NNMOVES_H
