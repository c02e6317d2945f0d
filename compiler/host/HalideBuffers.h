//===- HalideBuffers.h - Buffer descriptors of kernels --------------------===//

#ifndef BNOPT_COMPILER_HOST_HALIDEBUFFERS_H
#define BNOPT_COMPILER_HOST_HALIDEBUFFERS_H

#include "dialect/Kernel/KernelOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace bnopt {

/// The shape of one `halide_buffer_t`: minimum, extent and stride per
/// dimension, innermost first, and how far, in bytes, the element at the
/// minima lies before the tensor's own first element.
struct BufferShape {
  struct Dimension {
    int32_t min, extent, stride;
  };
  mlir::SmallVector<Dimension> dimensions;
  int64_t haloBytes = 0;
};

/// The shape of the buffer that a kernel expects for a tensor of `type`
/// (for packed weights, of the packed type) in `layout`; null means row-major.
BufferShape getBufferShape(mlir::ShapedType type, mlir::Attribute layout);

/// The same without a halo: a kernel computes every element of its result's
/// buffer, and the halo is not its to write.
BufferShape getInteriorShape(mlir::ShapedType type, mlir::Attribute layout);

/// The LLVM type of a `halide_buffer_t`.
mlir::LLVM::LLVMStructType getBufferType(mlir::MLIRContext *context);

/// Stores a complete descriptor of elements of `type` to `buffer`. `dimensions`
/// points to as many dimensions as `type` has, `host` to the element at the
/// minima.
void storeBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                 mlir::Value buffer, mlir::Value host, mlir::Value dimensions,
                 mlir::ShapedType type);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_HALIDEBUFFERS_H
