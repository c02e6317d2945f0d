//===- StatisticsFusion.h - Statistics of what a kernel computes ----------===//

#ifndef BNOPT_PASSES_FUSE_STATISTICSFUSION_H
#define BNOPT_PASSES_FUSE_STATISTICSFUSION_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace bnopt {

/// Whether statistics of `value` along `featureIndex` can be taken by the
/// kernel of the convolution, or of the gradient of one, that computes it.
bool canTakeStatistics(mlir::Value value, int64_t featureIndex);

/// Operators that become one kernel, in order.
struct KernelGroup : llvm::SmallVector<mlir::Operation *> {
  using SmallVector::SmallVector;

  /// The operator that computes the result.
  mlir::Operation *getLast() const {
    return (*this)[size() - 1 - numStatistics];
  }

  /// Those behind it: statistics of runs of the result, and what these make of
  /// it.
  size_t numStatistics = 0;
};

/// Divides statistics that would be a kernel, where the group that computes
/// their input can take those of runs on the way; what merges these is the
/// kernel that is left.
void fuseStatistics(llvm::MutableArrayRef<KernelGroup> groups);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_STATISTICSFUSION_H
