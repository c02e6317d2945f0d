//===- PackingKernels.h - Weights that are packed at run time -------------===//

#ifndef BNOPT_PASSES_LOWER_PACKINGKERNELS_H
#define BNOPT_PASSES_LOWER_PACKINGKERNELS_H

#include "dialect/Kernel/KernelOps.h"

#include "mlir/IR/SymbolTable.h"

namespace bnopt {

/// Makes kernels that copy weights into packed order, and gradients of weights
/// out of it. Weights that several kernels read in the same order are packed
/// once, and equal kernels made once.
class PackingKernels {
public:
  explicit PackingKernels(mlir::SymbolTable &symbols) : symbols(symbols) {}

  /// Lets `launch` read operand `index`, which lies in memory as `layout` says
  /// (null: row-major), as `packed`.
  void packOperand(kernel::LaunchOp launch, unsigned index,
                   mlir::Attribute layout, kernel::PackedAttr packed);

  /// Lets `launch`, whose kernel has a result that is `packed` now, be followed
  /// by a copy into `layout`.
  void unpackResult(kernel::LaunchOp launch, mlir::Attribute layout,
                    kernel::PackedAttr packed);

private:
  /// A kernel that copies `type` from one layout to another.
  kernel::FuncOp getCopy(mlir::StringRef name, mlir::RankedTensorType type,
                         mlir::Attribute from, mlir::Attribute to,
                         mlir::Operation *at);

  using CopyKey = std::tuple<mlir::Type, mlir::Attribute, mlir::Attribute>;
  using PackKey = std::pair<mlir::Value, mlir::Attribute>;

  mlir::SymbolTable &symbols;
  llvm::DenseMap<CopyKey, kernel::FuncOp> copies;
  llvm::DenseMap<PackKey, mlir::Value> packedOf;
};

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_PACKINGKERNELS_H
