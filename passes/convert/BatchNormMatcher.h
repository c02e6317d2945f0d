//===- BatchNormMatcher.h - Batch norms that are written out --------------===//

#ifndef BNOPT_PASSES_CONVERT_BATCHNORMMATCHER_H
#define BNOPT_PASSES_CONVERT_BATCHNORMMATCHER_H

#include "passes/convert/ElementExpressions.h"

#include <string>

namespace bnopt {

/// (x − mean)·rsqrt(variance + epsilon)·scale + offset
struct BatchNorm {
  mlir::Value input;
  /// One and zero where they do not occur.
  Parameter scale{mlir::Value(), -1, 1}, offset{mlir::Value(), -1, 0};
  Parameter mean, variance;
  double epsilon = 0;
};

/// The batch norm that `root`, of type `type`, is: factors and terms in any
/// order, the root as a divisor, a reciprocal or a power of ±½, scale and
/// offset there or not, or as x·f + (offset − mean·f) with f = scale·rsqrt(…).
/// Parameters vary along one dimension each, not necessarily the same.
/// Otherwise none, and `reason` says what is in the way.
std::optional<BatchNorm> matchBatchNorm(const Expression &root,
                                        mlir::RankedTensorType type,
                                        std::string &reason);

} // namespace bnopt

#endif // BNOPT_PASSES_CONVERT_BATCHNORMMATCHER_H
