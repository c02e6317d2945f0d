//===- KernelLayouts.h - Where elements lie in memory ---------------------===//
//
// What the passes that assign layouts, the kernels and the host function must
// agree on.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_DIALECT_KERNEL_KERNELLAYOUTS_H
#define BNOPT_DIALECT_KERNEL_KERNELLAYOUTS_H

#include "dialect/Kernel/KernelAttrs.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace bnopt::kernel {

/// Name of the attribute on arguments and results of `kernel.func`.
inline constexpr llvm::StringLiteral layoutAttrName = "kernel.layout";

/// The logical dimension behind each dimension of a kernel's buffer, innermost
/// first: reversed up to rank 2, else channels, then the spatial dimensions
/// from the last, then the batch (NCHW is c, w, h, n).
llvm::SmallVector<int64_t> getBufferDimOrder(int64_t rank);

/// Element strides per logical dimension of a contiguous row-major tensor.
llvm::SmallVector<int64_t> getRowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Element strides per logical dimension of a contiguous tensor whose buffer
/// dimensions are in the order of `getBufferDimOrder`, with room for `halo`
/// (empty, or low and high per logical dimension).
llvm::SmallVector<int64_t>
getChannelsLastStrides(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<int64_t> halo = {});

/// The strides that `layout` gives a tensor of `type`; null is row-major.
/// Packed weights have none.
llvm::SmallVector<int64_t> getStrides(mlir::RankedTensorType type,
                                      mlir::Attribute layout);

/// The halo that `layout` gives a tensor of `rank`: low and high per dimension.
llvm::SmallVector<int64_t> getHalo(int64_t rank, mlir::Attribute layout);

/// The shape in memory of weights `O×I/g×K1×…` packed by `tile`:
/// ⌈O/tile⌉×K1×…×I/g×tile. Of a matrix `K×N`, or `N×K` if `isTransposed`:
/// ⌈N/tile⌉×K×tile.
llvm::SmallVector<int64_t> getPackedShape(llvm::ArrayRef<int64_t> shape,
                                          int64_t tile,
                                          bool isTransposed = false);

/// The shape in memory of weights or of a matrix of `shape` in the layout
/// `packed`; a matrix is N×K also if `isTransposed`.
llvm::SmallVector<int64_t> getPackedShape(llvm::ArrayRef<int64_t> shape,
                                          PackedAttr packed,
                                          bool isTransposed = false);

} // namespace bnopt::kernel

#endif // BNOPT_DIALECT_KERNEL_KERNELLAYOUTS_H
