//===- FoldRemarks.h - What became of each normalization ------------------===//
//
// The remarks of the fold phase are what people read and what a report is made
// of: there is no other record. One normalization may have several remarks; the
// last is what became of it.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDREMARKS_H
#define BNOPT_PASSES_FOLD_FOLDREMARKS_H

#include "passes/fold/FoldObstacle.h"

#include "mlir/IR/Operation.h"

namespace bnopt {

/// The category of the remarks of the fold phase, for `--remarks-filter`.
inline constexpr llvm::StringLiteral foldRemarkCategory = "bn-fold";

/// The metrics of these remarks.
namespace remark_key {
inline constexpr llvm::StringLiteral bound = "Bound";
inline constexpr llvm::StringLiteral cause = "Cause";
inline constexpr llvm::StringLiteral into = "Into";
inline constexpr llvm::StringLiteral node = "Node";
inline constexpr llvm::StringLiteral op = "Op";
inline constexpr llvm::StringLiteral reason = "Reason";
inline constexpr llvm::StringLiteral rule = "Rule";
} // namespace remark_key

/// The name of `op` in quotes.
std::string quoteName(mlir::Operation *op);

/// The obstacle that is an operator without weights.
FoldObstacle getNoWeightsObstacle(mlir::Operation *op);

/// Reports that `op` is a normalization that was written out in other
/// operators, those at its location; `name` where it is known by another name.
void remarkRecognized(mlir::Operation *op, llvm::StringRef name = {});

/// Reports that `op`, a normalization or scale-shift, stays, and why.
void remarkKept(mlir::Operation *op, const FoldObstacle &obstacle);

/// Where a fold ends.
struct FoldEnd {
  /// The operator that takes it, or the last of several.
  mlir::Operation *op = nullptr;
  /// The nodes of all of them.
  llvm::SmallVector<std::string> nodes;
  /// How much rounding may change results, relative to the sum of their terms.
  double bound = 0;
};

/// Reports that `op` went into `end` by `rule`.
void remarkFolded(mlir::Operation *op, const FoldEnd &end,
                  llvm::StringRef rule);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDREMARKS_H
