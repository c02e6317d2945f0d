//===- KernelLayouts.cpp - Where elements lie in memory -------------------===//

#include "dialect/Kernel/KernelLayouts.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;

SmallVector<int64_t> kernel::getBufferDimOrder(int64_t rank) {
  SmallVector<int64_t> order;
  if (rank <= 2) {
    for (int64_t dim = rank - 1; dim >= 0; --dim)
      order.push_back(dim);
    return order;
  }
  order.push_back(1);
  for (int64_t dim = rank - 1; dim >= 2; --dim)
    order.push_back(dim);
  order.push_back(0);
  return order;
}

SmallVector<int64_t> kernel::getRowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t dim = shape.size(); dim-- > 0;) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}

SmallVector<int64_t> kernel::getChannelsLastStrides(ArrayRef<int64_t> shape,
                                                    ArrayRef<int64_t> halo) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t dim : getBufferDimOrder(shape.size())) {
    strides[dim] = stride;
    int64_t around = halo.empty() ? 0 : halo[2 * dim] + halo[2 * dim + 1];
    stride *= shape[dim] + around;
  }
  return strides;
}

SmallVector<int64_t> kernel::getStrides(RankedTensorType type,
                                        Attribute layout) {
  if (auto strided = dyn_cast_if_present<LayoutAttr>(layout))
    return SmallVector<int64_t>(strided.getStrides());
  assert(!layout && "packed weights have no strides per logical dimension");
  return getRowMajorStrides(type.getShape());
}

SmallVector<int64_t> kernel::getHalo(int64_t rank, Attribute layout) {
  auto strided = dyn_cast_if_present<LayoutAttr>(layout);
  if (strided && strided.hasHalo())
    return SmallVector<int64_t>(strided.getHalo());
  return SmallVector<int64_t>(2 * rank, 0);
}

SmallVector<int64_t> kernel::getPackedShape(ArrayRef<int64_t> shape,
                                            int64_t tile, bool isTransposed) {
  if (shape.size() == 2) {
    int64_t inner = shape[isTransposed ? 1 : 0];
    int64_t outer = shape[isTransposed ? 0 : 1];
    return {static_cast<int64_t>(llvm::divideCeil(outer, tile)), inner, tile};
  }
  SmallVector<int64_t> packed = {
      static_cast<int64_t>(llvm::divideCeil(shape[0], tile))};
  llvm::append_range(packed, shape.drop_front(2));
  packed.push_back(shape[1]);
  packed.push_back(tile);
  return packed;
}

SmallVector<int64_t> kernel::getPackedShape(ArrayRef<int64_t> shape,
                                            PackedAttr packed,
                                            bool isTransposed) {
  SmallVector<int64_t> logical(shape);
  if (shape.size() > 2 && packed.getTransposed()) {
    logical[0] = shape[1] * packed.getGroups();
    logical[1] = shape[0] / packed.getGroups();
  }
  SmallVector<int64_t> result = getPackedShape(
      logical, packed.getTile(), isTransposed || packed.getTransposed());
  if (packed.getParts() > 1)
    result.insert(result.begin(), packed.getParts());
  return result;
}
