//===- LayoutCopies.h - Copies between memory orders ----------------------===//

#ifndef BNOPT_PASSES_LOWER_LAYOUTCOPIES_H
#define BNOPT_PASSES_LOWER_LAYOUTCOPIES_H

#include "passes/lower/LayoutRules.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace bnopt {

/// Values that keep the model's row-major order although their rank would
/// make them channels-last: model inputs and outputs, operands and results of
/// reshapes, and those of kernels that work in any order, where all that they
/// are connected to is of this kind.
using RowMajorValues = llvm::DenseSet<mlir::Value>;

/// For each value that is a slice of a concatenation, the concatenation's
/// result.
using SliceParents = llvm::DenseMap<mlir::Value, mlir::Value>;

/// The halo that the launch of a padded convolution wants to read around
/// `value`; empty when none does.
Halo getWantedHalo(mlir::Value value, const mlir::SymbolTable &symbols);

struct LayoutPlan {
  RowMajorValues rowMajor;
  SliceParents parents;
  unsigned numCopies = 0;
};

/// Inserts copies wherever one value would need two memory orders, or two
/// places, at once:
/// - a model input that is wanted channels-last and is not so already, or whose
///   reader wants a halo;
/// - before and after a reshape, which keeps the row-major order;
/// - around a transposition of an input or output that moves nothing where the
///   other side is channels-last, and the other side is not or has a halo;
/// - an operand of a concatenation that is not a kernel's result, or is
///   already a slice of another one;
/// - a model output that is not a kernel's result in row-major order.
/// Afterwards every concatenation, reshape and such transposition is a matter
/// of addresses.
LayoutPlan insertLayoutCopies(mlir::func::FuncOp func,
                              mlir::SymbolTable &symbols);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_LAYOUTCOPIES_H
