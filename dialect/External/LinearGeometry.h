//===- LinearGeometry.h - Linalg operators as weights and features --------===//

#ifndef BNOPT_DIALECT_EXTERNAL_LINEARGEOMETRY_H
#define BNOPT_DIALECT_EXTERNAL_LINEARGEOMETRY_H

#include "dialect/Interfaces/ScaleShiftOpInterface.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace bnopt {

/// True if the body of `op` is `out + lhs·rhs` in floating point, on tensors:
/// convolutions, contractions and every `linalg.generic` of that form.
bool isLinear(mlir::linalg::LinalgOp op);

/// Where a scale-shift of the result along `resultDims` goes, for a linear
/// operator. Two dimensions, merged into one later, count row-major.
mlir::FailureOr<ScaleShiftTarget>
getLinearTargetBelow(mlir::linalg::LinalgOp op,
                     mlir::ArrayRef<int64_t> resultDims, std::string &reason);

/// Where a scale-shift of an operand goes, for a linear operator.
mlir::FailureOr<ScaleShiftTargetAbove>
getLinearTargetAbove(mlir::linalg::LinalgOp op, unsigned operand,
                     int64_t featureIndex, std::string &reason);

/// A copy of a linear operator with other weights and, unless null, a bias
/// along `resultDims`; without those, along the one dimension of the result
/// that has its size and that the weights know.
mlir::Operation *cloneLinear(mlir::OpBuilder &builder,
                             mlir::linalg::LinalgOp op, mlir::Value weights,
                             mlir::Value bias,
                             mlir::ArrayRef<int64_t> resultDims = {});

/// Tensor dimension `dim`, of size `size`, as features of a row-major tensor.
std::optional<FeatureView> getFeatureView(mlir::RankedTensorType type,
                                          mlir::ArrayRef<int64_t> dims);

} // namespace bnopt

#endif // BNOPT_DIALECT_EXTERNAL_LINEARGEOMETRY_H
