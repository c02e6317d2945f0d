//===- StatisticsPatterns.h - Means, variances and roots in the graph -----===//

#ifndef BNOPT_PASSES_FOLD_STATISTICSPATTERNS_H
#define BNOPT_PASSES_FOLD_STATISTICSPATTERNS_H

#include "passes/fold/ConstantExpressions.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>

namespace bnopt {

/// A mean of `input` over `axes`, which are there with size 1.
struct KeptMean {
  mlir::Value input;
  llvm::SmallVector<int64_t> axes;

  bool operator==(const KeptMean &other) const {
    return input == other.input && axes == other.axes;
  }
};

/// `x` divided by the root of its second moment, before scale and offset.
struct NormalizedValue {
  mlir::Value input;
  llvm::SmallVector<int64_t> axes;
  double epsilon = 0;
  /// Whether the mean is subtracted, and the moment about it.
  bool isCentered = false;
};

/// A normalized value that `root` computes, and the constant that multiplies
/// it, if one does so before the mean is subtracted:
///
///   (x − mean)/√(variance + ε),  (x − mean)·rsqrt(variance + ε),
///   x·k + (c − mean·k) with k = scale·rsqrt(variance + ε),
///   x/√(mean(x²) + ε),  x·rsqrt(mean(x²) + ε).
struct NormalizationMatch {
  NormalizedValue value;
  /// `scale` and `c` of the third form, or null.
  mlir::Value scale, offset;
};
std::optional<NormalizationMatch>
matchNormalization(mlir::Operation *root, ConstantExpressions &constants);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_STATISTICSPATTERNS_H
