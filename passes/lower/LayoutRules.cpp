//===- LayoutRules.cpp - Memory orders of tensors -------------------------===//

#include "passes/lower/LayoutRules.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

static int64_t getPaddedSize(ArrayRef<int64_t> shape, ArrayRef<int64_t> halo,
                             int64_t dim) {
  return halo.empty() ? shape[dim]
                      : shape[dim] + halo[2 * dim] + halo[2 * dim + 1];
}

SmallVector<int64_t> bnopt::getChannelsLastOrder(int64_t rank) {
  SmallVector<int64_t> order(llvm::seq<int64_t>(0, rank));
  if (rank >= 3)
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  return order;
}

bool bnopt::isChannelsLastRowMajor(ArrayRef<int64_t> shape) {
  if (shape.size() < 3 || shape[1] == 1)
    return true;
  return llvm::all_of(shape.drop_front(2), [](int64_t size) { return size == 1; });
}

SmallVector<int64_t> bnopt::getChannelsLastStrides(ArrayRef<int64_t> shape,
                                                   ArrayRef<int64_t> halo) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t dim : llvm::reverse(getChannelsLastOrder(shape.size()))) {
    strides[dim] = stride;
    stride *= getPaddedSize(shape, halo, dim);
  }
  return strides;
}

SmallVector<int64_t> bnopt::getRowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}

int64_t bnopt::getPaddedElements(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> halo) {
  int64_t elements = 1;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    elements *= getPaddedSize(shape, halo, dim);
  return elements;
}

int64_t bnopt::getInteriorOffset(ArrayRef<int64_t> strides,
                                 ArrayRef<int64_t> halo) {
  int64_t offset = 0;
  for (size_t dim = 0; !halo.empty() && dim < strides.size(); ++dim)
    offset += strides[dim] * halo[2 * dim];
  return offset;
}

void bnopt::coverHalo(Halo &halo, ArrayRef<int64_t> other) {
  if (halo.empty())
    halo.assign(other.size(), 0);
  for (auto [mine, needed] : llvm::zip_equal(halo, other))
    mine = std::max(mine, needed);
}
