//===- LayoutRules.cpp - Memory orders of tensors -------------------------===//

#include "passes/lower/LayoutRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bnopt;

static int64_t getPaddedSize(ArrayRef<int64_t> shape, ArrayRef<int64_t> halo,
                             int64_t dim) {
  return halo.empty() ? shape[dim]
                      : shape[dim] + halo[2 * dim] + halo[2 * dim + 1];
}

bool bnopt::isChannelsLastRowMajor(ArrayRef<int64_t> shape) {
  if (shape.size() < 3 || shape[1] == 1)
    return true;
  return llvm::all_of(shape.drop_front(2),
                      [](int64_t size) { return size == 1; });
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
