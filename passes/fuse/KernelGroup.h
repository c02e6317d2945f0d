//===- KernelGroup.h - Operators that become one kernel -------------------===//

#ifndef BNOPT_PASSES_FUSE_KERNELGROUP_H
#define BNOPT_PASSES_FUSE_KERNELGROUP_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

namespace bnopt {

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

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_KERNELGROUP_H
