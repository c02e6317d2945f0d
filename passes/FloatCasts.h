//===- FloatCasts.h - Values in another floating-point type ---------------===//

#ifndef BNOPT_PASSES_FLOATCASTS_H
#define BNOPT_PASSES_FLOATCASTS_H

#include "mlir/IR/Builders.h"

namespace bnopt {

/// `value` with elements of `elementType`: itself, a constant of rounded
/// numbers, or a cast.
mlir::Value castElements(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value value, mlir::Type elementType);

} // namespace bnopt

#endif // BNOPT_PASSES_FLOATCASTS_H
