//===- KernelShape.h - Questions about a kernel's loops and memory --------===//

#ifndef BNOPT_PASSES_LOWER_KERNELSHAPE_H
#define BNOPT_PASSES_LOWER_KERNELSHAPE_H

#include "dialect/Kernel/KernelOps.h"

namespace bnopt {

/// Strides, in elements, of an argument or (`index` past them) of the result.
mlir::SmallVector<int64_t> getOperandStrides(kernel::FuncOp kernel,
                                             unsigned index);

/// Whether the result may share memory with argument `index`: it has the same
/// type and layout, and every operator that reads it reads, for an element of
/// the result, the same element only.
bool canReplaceArgument(kernel::FuncOp kernel, unsigned index);

/// Whether the pixels of all tensors of the result's spatial shape follow
/// each other at one distance, row after row, so that loops over rows and
/// columns are one loop. True of a 1×1 convolution's kernel only when its
/// input has the result's pixels.
bool hasContiguousPixels(kernel::FuncOp kernel);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_KERNELSHAPE_H
