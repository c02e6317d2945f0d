//===- KernelShape.h - Questions about a kernel's loops and memory --------===//

#ifndef BNOPT_PASSES_LOWER_KERNELSHAPE_H
#define BNOPT_PASSES_LOWER_KERNELSHAPE_H

#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNOps.h"

namespace bnopt {

/// Strides, in elements, of an argument or (`index` past them) of the result.
mlir::SmallVector<int64_t> getOperandStrides(kernel::FuncOp kernel,
                                             unsigned index);

/// Whether the result may share memory with argument `index`: it has the same
/// type and layout, and every operator that reads it reads, for an element of
/// the result, the same element only. So do normalizations once they have their
/// sums; but not where their vectors would have to overlap.
bool canReplaceArgument(kernel::FuncOp kernel, unsigned index);

/// A convolution that reads exactly the pixel it writes.
bool isPointwise(nn::ConvOp op);

/// Whether `op` treats every pixel alike: what it makes of one depends neither
/// on its place nor on its neighbours.
bool isPixelwise(mlir::Operation *op);

/// Whether `op` takes statistics of runs of pixels.
bool isPartialStatistics(mlir::Operation *op);

/// Whether loops over the rows and columns of a kernel can be one loop: every
/// operator is pixelwise, and the pixels of every tensor of the result's
/// spatial shape, without a halo, follow each other at one distance, across the
/// ends of rows too. Decides tiles and generated loops alike.
bool canMergePixels(kernel::FuncOp kernel);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_KERNELSHAPE_H
