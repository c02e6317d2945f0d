//===- HalideBuffers.cpp - Buffer descriptors of kernels ------------------===//

#include "compiler/host/HalideBuffers.h"

#include "dialect/Kernel/KernelLayouts.h"

using namespace mlir;
using namespace bnopt;

namespace {
/// Fields of `halide_buffer_t`, in order.
enum class BufferField : int32_t {
  Device,
  DeviceInterface,
  Host,
  Flags,
  Type,
  Rank,
  Dimensions,
  Padding
};
} // namespace

/// The `halide_type_t` of elements: code (2 float, 3 bfloat), bits, 1 lane, in
/// one word.
static int32_t getHalideType(Type elementType) {
  const int32_t code = elementType.isBF16() ? 3 : 2;
  const int32_t bits = elementType.getIntOrFloatBitWidth();
  return code | (bits << 8) | (1 << 16);
}

BufferShape bnopt::getBufferShape(ShapedType type, Attribute layout) {
  ArrayRef<int64_t> shape = type.getShape();
  int64_t rank = shape.size();
  auto strided = dyn_cast_or_null<kernel::LayoutAttr>(layout);
  SmallVector<int64_t> strides =
      strided ? SmallVector<int64_t>(strided.getStrides())
              : kernel::getRowMajorStrides(shape);
  // Packed weights are described by how they are stored, all other tensors
  // by what their dimensions mean.
  SmallVector<int64_t> order;
  if (isa_and_nonnull<kernel::PackedAttr>(layout))
    order = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  else
    order = kernel::getBufferDimOrder(rank);

  BufferShape buffer;
  for (int64_t dim : order) {
    int64_t low = strided ? strided.getHaloLow(dim) : 0;
    int64_t high = strided ? strided.getHaloHigh(dim) : 0;
    buffer.dimensions.push_back({static_cast<int32_t>(-low),
                                 static_cast<int32_t>(shape[dim] + low + high),
                                 static_cast<int32_t>(strides[dim])});
    buffer.haloBytes += low * strides[dim] * type.getElementTypeBitWidth() / 8;
  }
  return buffer;
}

BufferShape bnopt::getInteriorShape(ShapedType type, Attribute layout) {
  if (auto strided = dyn_cast_or_null<kernel::LayoutAttr>(layout))
    layout =
        kernel::LayoutAttr::get(type.getContext(), strided.getStrides(), {});
  return getBufferShape(type, layout);
}

LLVM::LLVMStructType bnopt::getBufferType(MLIRContext *context) {
  Type i32 = IntegerType::get(context, 32), i64 = IntegerType::get(context, 64);
  Type pointer = LLVM::LLVMPointerType::get(context);
  return LLVM::LLVMStructType::getLiteral(
      context, {i64, pointer, pointer, i64, i32, i32, pointer, pointer});
}

void bnopt::storeBuffer(OpBuilder &builder, Location loc, Value buffer,
                        Value host, Value dimensions, ShapedType type) {
  MLIRContext *context = builder.getContext();
  auto bufferType = getBufferType(context);
  auto pointer = LLVM::LLVMPointerType::get(context);
  auto store = [&](BufferField field, Value value) {
    Value address = LLVM::GEPOp::create(
        builder, loc, pointer, bufferType, buffer,
        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(field)});
    LLVM::StoreOp::create(builder, loc, value, address);
  };
  auto integer = [&](unsigned bits, int64_t value) -> Value {
    return LLVM::ConstantOp::create(builder, loc, builder.getIntegerType(bits),
                                    value);
  };
  Value null = LLVM::ZeroOp::create(builder, loc, pointer);
  store(BufferField::Device, integer(64, 0));
  store(BufferField::DeviceInterface, null);
  store(BufferField::Host, host);
  store(BufferField::Flags, integer(64, 0));
  store(BufferField::Type, integer(32, getHalideType(type.getElementType())));
  store(BufferField::Rank, integer(32, type.getRank()));
  store(BufferField::Dimensions, dimensions);
  store(BufferField::Padding, null);
}
