//===- TensorPlaces.h - Which tensors share which memory ------------------===//

#ifndef BNOPT_PASSES_LOWER_TENSORPLACES_H
#define BNOPT_PASSES_LOWER_TENSORPLACES_H

#include "dialect/Kernel/KernelOps.h"
#include "passes/lower/LayoutRules.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

#include <vector>

namespace bnopt {

/// Memory that one or more tensors live in: the slices and the result of
/// concatenations, the two sides of a reshape or of a transposition that moves
/// nothing, an operand and the result that replaces it in place.
struct Storage {
  enum class Kind { Arena, Input, Output, Constant };

  Kind kind = Kind::Arena;
  /// The tensor that fills it: the outermost concatenation's result, or the
  /// only tensor.
  mlir::Value root;
  /// Null means row-major.
  kernel::LayoutAttr layout;
  /// First and last operation, by position in the function, that use it.
  int64_t first = 0, last = 0;
  /// Which input or output, for those kinds.
  unsigned index = 0;
  bool isConcatenation = false;

  mlir::ArrayRef<int64_t> getHalo() const;
  int64_t getBytes() const;
};

/// The unit attribute of an argument of a function that may be the memory of
/// its first result, for an input that is not read after that is written.
inline constexpr llvm::StringLiteral overwrittenAttrName = "bn.overwritten";

/// Where a tensor lies: in which storage, how many elements behind the
/// storage's first one.
struct TensorPlace {
  unsigned storage;
  int64_t elementOffset;
};

/// The places of all tensors of a function after `bn-assign-layouts`.
struct TensorPlaces {
  std::vector<Storage> storages;
  llvm::DenseMap<mlir::Value, TensorPlace> places;
  /// Launches whose result takes the place of an operand.
  llvm::DenseSet<mlir::Operation *> inPlaceLaunches;

  Storage &of(mlir::Value value) {
    return storages[places.lookup(value).storage];
  }
};

TensorPlaces placeTensors(mlir::func::FuncOp func,
                          const mlir::SymbolTable &symbols);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_TENSORPLACES_H
