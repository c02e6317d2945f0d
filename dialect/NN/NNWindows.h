//===- NNWindows.h - What operators with a window have in common ----------===//
//
// Accessors and parts of verifiers that operators and their gradients share.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_DIALECT_NN_NNWINDOWS_H
#define BNOPT_DIALECT_NN_NNWINDOWS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace bnopt::nn {

using OptionalValues = std::optional<llvm::ArrayRef<int64_t>>;

/// `values`, or where they are absent `count` times `fill`.
llvm::SmallVector<int64_t> getOrFill(OptionalValues values, size_t count,
                                     int64_t fill);

/// Fails, with a diagnostic, unless `values` are `count` values of at least
/// `minimum`. An absent attribute holds for every rank.
llvm::LogicalResult verifyValues(mlir::Operation *op, llvm::StringRef name,
                                 OptionalValues values, int64_t count,
                                 int64_t minimum);

/// Fails, with a diagnostic, unless `groups` is positive and divides `channels`
/// (`which` of them), which `origin`, called `name`, has.
llvm::LogicalResult verifyGroups(mlir::Operation *op, int64_t groups,
                                 int64_t channels, llvm::StringRef which,
                                 mlir::Value origin, llvm::StringRef name);

/// Fails, with a diagnostic, unless the attributes of a pool hold for an
/// `input` of this type, called `name`.
llvm::LogicalResult
verifyPoolWindow(mlir::Operation *op, llvm::ArrayRef<int64_t> sizes,
                 OptionalValues strides, OptionalValues pads,
                 OptionalValues dilations, mlir::RankedTensorType input,
                 llvm::StringRef name);

} // namespace bnopt::nn

/// Defines what `NN_windowValueMethods` declares.
#define BNOPT_WINDOW_ACCESSORS(OP)                                             \
  SmallVector<int64_t> OP::getStrideValues() {                                 \
    return getOrFill(getStrides(), getNumSpatialDims(), 1);                    \
  }                                                                            \
  SmallVector<int64_t> OP::getDilationValues() {                               \
    return getOrFill(getDilations(), getNumSpatialDims(), 1);                  \
  }                                                                            \
  SmallVector<int64_t> OP::getPadValues() {                                    \
    return getOrFill(getPads(), 2 * getNumSpatialDims(), 0);                   \
  }

#endif // BNOPT_DIALECT_NN_NNWINDOWS_H
