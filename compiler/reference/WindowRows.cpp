//===- WindowRows.cpp - Where a sliding window reads
//--------------------------===//

#include "compiler/reference/WindowRows.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace bnopt::reference {

std::vector<WindowRow> getWindowRows(const Window &window) {
  const int64_t rank = static_cast<int64_t>(window.input.size());
  const int64_t last = rank - 1;
  const Shape inputStrides = getRowMajorStrides(window.input);
  const Shape outputStrides = getRowMajorStrides(window.output);
  Shape rowShape(window.output);
  rowShape[last] = 1;

  std::vector<WindowRow> rows;
  int64_t tap = -1;
  forEachPosition(window.kernel, [&](llvm::ArrayRef<int64_t> k) {
    ++tap;
    // Along the last dimension, output p reads p·step + shift.
    const int64_t step = window.strides[last];
    const int64_t shift =
        k[last] * window.dilations[last] - window.padLow[last];
    const int64_t begin =
        shift >= 0 ? 0 : llvm::divideCeil(static_cast<uint64_t>(-shift), step);
    const int64_t room = window.input[last] - shift;
    const int64_t end =
        room <= 0 ? 0
                  : std::min<int64_t>(window.output[last],
                                      llvm::divideCeil(uint64_t(room), step));
    if (begin >= end)
      return;
    forEachPosition(rowShape, [&](llvm::ArrayRef<int64_t> p) {
      int64_t inputOffset = begin * step + shift;
      int64_t outputOffset = begin;
      for (int64_t dim = 0; dim < last; ++dim) {
        const int64_t at = p[dim] * window.strides[dim] +
                           k[dim] * window.dilations[dim] - window.padLow[dim];
        if (at < 0 || at >= window.input[dim])
          return;
        inputOffset += at * inputStrides[dim];
        outputOffset += p[dim] * outputStrides[dim];
      }
      rows.push_back({tap, outputOffset, inputOffset, end - begin, step});
    });
  });
  return rows;
}

std::vector<double>
countWindowElements(Window window,
                    std::optional<llvm::ArrayRef<int64_t>> includePads) {
  if (includePads) {
    // The padded input as an input of its own.
    const size_t rank = window.input.size();
    for (size_t d = 0; d < rank; ++d) {
      window.input[d] += (*includePads)[d] + (*includePads)[rank + d];
      window.padLow[d] = 0;
    }
  }
  std::vector<double> counts(getNumElements(window.output), 0);
  for (const WindowRow &row : getWindowRows(window))
    for (int64_t p = 0; p < row.count; ++p)
      ++counts[row.output + p];
  return counts;
}

} // namespace bnopt::reference
