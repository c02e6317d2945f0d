//===- Recompute.h - Memory against time ----------------------------------===//

#ifndef BNOPT_PASSES_TRAIN_RECOMPUTE_H
#define BNOPT_PASSES_TRAIN_RECOMPUTE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstdint>

namespace bnopt {

/// What a backward part keeps of the forward part.
struct KeptActivations {
  /// Bytes that were kept, and are kept now.
  int64_t before = 0, after = 0;
  /// Values that are computed again.
  int64_t recomputed = 0;
};

/// Lets the operators behind `lastForward` compute again what is cheap, until
/// they read no more than `budget` bytes of results of the operators up to
/// there. Results of the function, which stay anyway, do not count. Chosen are
/// the values that free most bytes per operation.
KeptActivations recomputeActivations(mlir::func::FuncOp function,
                                     mlir::Operation *lastForward,
                                     int64_t budget);

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_RECOMPUTE_H
