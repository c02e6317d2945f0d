//===- KernelGroups.h - Operators that become one kernel ------------------===//

#ifndef BNOPT_PASSES_FUSE_KERNELGROUPS_H
#define BNOPT_PASSES_FUSE_KERNELGROUPS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseSet.h"
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

/// Whether `op` computes something of a model.
bool isModelOp(mlir::Operation *op);

/// Results of operators of `group` but their first: statistics and gradients of
/// parameters. Of partial ones all.
llvm::SmallVector<mlir::Value> getVectors(const KernelGroup &group);

/// The operators that one kernel can compute with `root` and what follows it,
/// but those that are `taken`.
KernelGroup growGroup(mlir::Operation *root,
                      const llvm::DenseSet<mlir::Operation *> &taken);

/// Joins groups of elementwise operators with those that add their results to
/// something else.
void joinReaders(llvm::SmallVectorImpl<KernelGroup> &groups);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_KERNELGROUPS_H
