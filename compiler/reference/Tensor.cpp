//===- Tensor.cpp - The values of the reference interpreter ---------------===//

#include "compiler/reference/Tensor.h"

#include <functional>
#include <numeric>

namespace bnopt::reference {

int64_t getNumElements(llvm::ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1},
                         std::multiplies<>());
}

Shape getRowMajorStrides(llvm::ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

Shape getBroadcastStrides(llvm::ArrayRef<int64_t> shape, size_t rank) {
  const Shape own = getRowMajorStrides(shape);
  Shape strides(rank, 0);
  for (size_t d = 0; d < shape.size(); ++d)
    if (shape[d] != 1)
      strides[rank - shape.size() + d] = own[d];
  return strides;
}

int64_t getOffset(llvm::ArrayRef<int64_t> position,
                  llvm::ArrayRef<int64_t> strides) {
  return std::inner_product(position.begin(), position.end(), strides.begin(),
                            int64_t{0});
}

DimensionView::DimensionView(llvm::ArrayRef<int64_t> shape, int64_t dim)
    : outer(getNumElements(shape.take_front(dim))), size(shape[dim]),
      inner(getNumElements(shape.drop_front(dim + 1))) {}

} // namespace bnopt::reference
