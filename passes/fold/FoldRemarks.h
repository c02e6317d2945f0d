//===- FoldRemarks.h - What became of each normalization ------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDREMARKS_H
#define BNOPT_PASSES_FOLD_FOLDREMARKS_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Remarks.h"

namespace bnopt {

/// The category of the remarks of the fold phase, for `--remarks-filter`.
inline constexpr llvm::StringLiteral foldRemarkCategory = "bn-fold";

/// Reports that `op`, a normalization or scale-shift, stays, and why.
inline void remarkKept(mlir::Operation *op, llvm::StringRef reason) {
  mlir::remark::missed(
      op->getLoc(),
      mlir::remark::RemarkOpts::name("Kept").category(foldRemarkCategory))
      << mlir::remark::metric("Op", op->getName().getStringRef().str())
      << mlir::remark::reason("{0}", reason.str());
}

/// Reports that `op` went into `into` by `rule`.
inline void remarkFolded(mlir::Operation *op, mlir::Operation *into,
                         llvm::StringRef rule) {
  mlir::remark::passed(
      op->getLoc(),
      mlir::remark::RemarkOpts::name("Folded").category(foldRemarkCategory))
      << mlir::remark::metric("Op", op->getName().getStringRef().str())
      << mlir::remark::metric("Into", into->getName().getStringRef().str())
      << mlir::remark::metric("Rule", rule.str());
}

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDREMARKS_H
