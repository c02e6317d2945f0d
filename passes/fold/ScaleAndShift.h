//===- ScaleAndShift.h - Between scale-shift operators and numbers --------===//

#ifndef BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
#define BNOPT_PASSES_FOLD_SCALEANDSHIFT_H

#include "dialect/BN/BNOps.h"
#include "dialect/Interfaces/ScaleAndShift.h"

#include <optional>
#include <string>

namespace bnopt {

/// The parameters of `op`; none if they are not constants.
std::optional<ScaleAndShift> readScaleAndShift(bn::ScaleShiftOp op);

/// The type in which a scale-shift of `elementType` is computed: f32 at least.
mlir::Type getComputeType(mlir::Type elementType);
/// Whether all numbers are finite when rounded to the floats `type`; if not,
/// `reason`, where given, says which are not.
bool isFiniteIn(const ScaleAndShift &values, mlir::Type type,
                std::string *reason = nullptr);

/// The locations of all of `ops`.
mlir::Location getFusedLoc(mlir::Builder &builder,
                           llvm::ArrayRef<mlir::Operation *> ops);

/// Builds the operator, with f64 constants as parameters.
bn::ScaleShiftOp createScaleShift(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value input,
                                  const ScaleAndShift &values);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
