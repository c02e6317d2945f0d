//===- Tensor.h - The values of the reference interpreter -----------------===//

#ifndef BNOPT_COMPILER_REFERENCE_TENSOR_H
#define BNOPT_COMPILER_REFERENCE_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <vector>

namespace bnopt::reference {

using Shape = llvm::SmallVector<int64_t, 6>;

int64_t getNumElements(llvm::ArrayRef<int64_t> shape);

/// Steps in memory, in elements, of a row-major tensor.
Shape getRowMajorStrides(llvm::ArrayRef<int64_t> shape);

/// Steps through a row-major tensor of `shape` that is repeated to `rank`
/// dimensions, aligned at the last: 0 where it is repeated.
Shape getBroadcastStrides(llvm::ArrayRef<int64_t> shape, size_t rank);

/// A row-major tensor of f64, whatever the type it has in the program: the
/// reference computes with real numbers as well as it can.
struct Tensor {
  Tensor() = default;
  explicit Tensor(llvm::ArrayRef<int64_t> shape, double value = 0)
      : shape(shape), data(getNumElements(shape), value) {}
  Tensor(llvm::ArrayRef<int64_t> shape, std::vector<double> data)
      : shape(shape), data(std::move(data)) {}

  int64_t getRank() const { return static_cast<int64_t>(shape.size()); }
  int64_t size() const { return static_cast<int64_t>(data.size()); }
  double &operator[](int64_t index) { return data[index]; }
  double operator[](int64_t index) const { return data[index]; }

  Shape shape;
  std::vector<double> data;
};

/// Calls `body(position)` for every position within `shape`, row-major.
template <typename Body>
void forEachPosition(llvm::ArrayRef<int64_t> shape, Body &&body) {
  if (getNumElements(shape) == 0)
    return;
  Shape position(shape.size(), 0);
  while (true) {
    body(llvm::ArrayRef<int64_t>(position));
    int64_t dim = static_cast<int64_t>(shape.size()) - 1;
    while (dim >= 0 && ++position[dim] == shape[dim])
      position[dim--] = 0;
    if (dim < 0)
      return;
  }
}

/// Offset in memory of `position`.
int64_t getOffset(llvm::ArrayRef<int64_t> position,
                  llvm::ArrayRef<int64_t> strides);

/// A tensor seen as [outer, size, inner] around one dimension: element
/// (o, i, n) lies at (o·size + i)·inner + n.
struct DimensionView {
  DimensionView(llvm::ArrayRef<int64_t> shape, int64_t dim);

  int64_t at(int64_t outerIndex, int64_t index, int64_t innerIndex) const {
    return (outerIndex * size + index) * inner + innerIndex;
  }

  int64_t outer, size, inner;
};

} // namespace bnopt::reference

#endif // BNOPT_COMPILER_REFERENCE_TENSOR_H
