//===- StatisticsFusion.h - Statistics of what a kernel computes ----------===//

#ifndef BNOPT_PASSES_FUSE_STATISTICSFUSION_H
#define BNOPT_PASSES_FUSE_STATISTICSFUSION_H

#include "passes/fuse/KernelGroup.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"

namespace bnopt {

/// Whether statistics of `value` along `featureIndex` can be taken by the
/// kernel of the convolution, or of the gradient of one, that computes it.
bool canTakeStatistics(mlir::Value value, int64_t featureIndex);

/// Divides statistics that would be a kernel, where the group that computes
/// their input can take those of runs on the way; what merges these is the
/// kernel that is left.
void fuseStatistics(llvm::MutableArrayRef<KernelGroup> groups);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_STATISTICSFUSION_H
