//===- KernelView.h - Dimensions that a kernel treats as one --------------===//

#ifndef BNOPT_COMPILER_HALIDE_KERNELVIEW_H
#define BNOPT_COMPILER_HALIDE_KERNELVIEW_H

#include "dialect/Kernel/KernelOps.h"

#include "mlir/IR/BuiltinTypes.h"

namespace bnopt {

/// Strides in elements and halo of a tensor in memory.
struct MemoryLayout {
  llvm::SmallVector<int64_t> shape;
  llvm::SmallVector<int64_t> strides;
  /// Low and high per dimension.
  llvm::SmallVector<int64_t> halo;
};

/// How a kernel sees the shapes of its tensors. Pixels that follow each other
/// at one distance are a single row to pointwise convolutions and elementwise
/// operators, and a contiguous tensor is a vector to elementwise operators:
/// longer loops, with fewer tails. Normalizations see the dimensions of their
/// data that follow each other in memory as one, but for the features, and a
/// row of pixels as one with all of their features.
class KernelView {
public:
  enum class Merge { Nothing, Pixels, Data, Rows, Everything };

  /// Merges nothing.
  KernelView() = default;

  /// Merges as much as operators and layouts of `kernel` allow.
  static KernelView getMerged(kernel::FuncOp kernel);

  Merge merged() const { return merge; }

  /// How often the features are repeated along their dimension of the data:
  /// pixels that are taken for one, where the features of one would not fill a
  /// vector.
  int64_t repeats() const { return numRepeats; }

  /// A tensor's shape as the kernel sees it.
  llvm::SmallVector<int64_t> getShape(mlir::Type type) const;

  /// Where an argument (or, `layout` being the result's, the result) lies.
  MemoryLayout getLayout(mlir::Type type, mlir::Attribute layout) const;

private:
  explicit KernelView(Merge merge) : merge(merge) {}

  Merge merge = Merge::Nothing;
  /// The normalized tensors, and where all of them lie.
  mlir::RankedTensorType dataType;
  MemoryLayout data;
  int64_t numRepeats = 1;
  /// Of merged rows: the data, and the dimensions that tell rows apart.
  mlir::RankedTensorType rowsType;
  int64_t rowDims = 0;
};

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_KERNELVIEW_H
