//===- LayoutRules.h - Memory orders of tensors ---------------------------===//

#ifndef BNOPT_PASSES_LOWER_LAYOUTRULES_H
#define BNOPT_PASSES_LOWER_LAYOUTRULES_H

#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"

namespace bnopt {

/// Elements around a tensor: low and high per dimension. Empty means none.
using Halo = mlir::SmallVector<int64_t>;

/// Whether channels-last is the same order in memory as the model's
/// row-major one, as with a single channel or a single pixel.
bool isChannelsLastRowMajor(mlir::ArrayRef<int64_t> shape);

/// Whether `op` makes N×C×… of an input N×…×C of the function: what is
/// channels-last then lies as the input does, and nothing moves.
bool isTransposedInput(mlir::Operation *op);

/// Whether `op` makes an output N×…×C of the function, and nothing else, of
/// N×C×….
bool isTransposedOutput(mlir::Operation *op);

/// Number of elements of a buffer of `shape` with `halo`.
int64_t getPaddedElements(mlir::ArrayRef<int64_t> shape,
                          mlir::ArrayRef<int64_t> halo);

/// Elements between the start of a buffer and element (0, 0, …) inside its
/// halo.
int64_t getInteriorOffset(mlir::ArrayRef<int64_t> strides,
                          mlir::ArrayRef<int64_t> halo);

/// Enlarges `halo` so that it covers `other`.
void coverHalo(Halo &halo, mlir::ArrayRef<int64_t> other);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_LAYOUTRULES_H
