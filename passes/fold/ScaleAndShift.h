//===- ScaleAndShift.h - Between scale-shift operators and numbers --------===//

#ifndef BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
#define BNOPT_PASSES_FOLD_SCALEANDSHIFT_H

#include "dialect/BN/BNOps.h"
#include "dialect/Interfaces/ScaleAndShift.h"

#include <optional>

namespace bnopt {

/// The parameters of `op`; none if they are not constants.
std::optional<ScaleAndShift> readScaleAndShift(bn::ScaleShiftOp op);

/// Builds the operator, with f64 constants as parameters.
bn::ScaleShiftOp createScaleShift(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value input,
                                  const ScaleAndShift &values);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
