//===- FuseRemarks.h - Where normalizations that stay are computed --------===//

#ifndef BNOPT_PASSES_FUSE_FUSEREMARKS_H
#define BNOPT_PASSES_FUSE_FUSEREMARKS_H

#include "mlir/IR/Operation.h"

namespace bnopt {

/// The category of the remarks of the fuse phase, for `--remarks-filter`.
inline constexpr llvm::StringLiteral fuseRemarkCategory = "bn-fuse";

/// The metrics of these remarks, beside those of the fold phase.
namespace remark_key {
inline constexpr llvm::StringLiteral kernel = "Kernel";
inline constexpr llvm::StringLiteral place = "Place";
} // namespace remark_key

/// Where in a kernel a normalization is computed.
enum class KernelPlace {
  /// On what the kernel's main operator reads.
  Load,
  /// On its result.
  Epilogue,
  /// The kernel has no other purpose: it only applies activations besides.
  Standalone,
};

llvm::StringRef getPlaceName(KernelPlace place);

/// Where `op` is in the kernel that `group`, in order, becomes.
KernelPlace getKernelPlace(mlir::Operation *op,
                           llvm::ArrayRef<mlir::Operation *> group);

/// Reports for each normalization of `group` that it is part of `kernel`.
void remarkFused(llvm::ArrayRef<mlir::Operation *> group,
                 llvm::StringRef kernel);

} // namespace bnopt

#endif // BNOPT_PASSES_FUSE_FUSEREMARKS_H
