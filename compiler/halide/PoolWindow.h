//===- PoolWindow.h - The windows of pools along one dimension ------------===//

#ifndef BNOPT_COMPILER_HALIDE_POOLWINDOW_H
#define BNOPT_COMPILER_HALIDE_POOLWINDOW_H

#include "Halide.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <algorithm>
#include <limits>

namespace bnopt {

/// The neutral element of max. Not an infinity: code is generated under the
/// assumption that none occurs.
inline constexpr float lowestValue = std::numeric_limits<float>::lowest();

/// The windows of a pool, as `PoolWindow` of each spatial dimension.
struct PoolWindow {
  int size, stride, dilation, padLow, padHigh, input, output;

  /// Elements that the last window reaches beyond the input.
  int64_t reachHigh() const {
    int last = (output - 1) * stride + (size - 1) * dilation - padLow;
    return std::max(0, last - (input - 1));
  }

  /// How many elements of the window of result element `index` lie between
  /// `low` and `high`.
  Halide::Expr count(const Halide::Expr &index, int low, int high) const {
    if (padLow + low <= 0 && reachHigh() <= high - input)
      return size;
    Halide::Expr start = index * stride - padLow;
    Halide::Expr first =
        Halide::max(0, (low - start + dilation - 1) / dilation);
    Halide::Expr end = Halide::min(size, (high - 1 - start) / dilation + 1);
    return end - first;
  }
};

/// The windows of `op`, a pool or its gradient, from tensors of shape `input`
/// to ones of shape `output`, per spatial dimension.
template <typename PoolOp>
llvm::SmallVector<PoolWindow> getWindows(PoolOp op,
                                         llvm::ArrayRef<int64_t> input,
                                         llvm::ArrayRef<int64_t> output) {
  auto strides = op.getStrideValues(), dilations = op.getDilationValues();
  auto pads = op.getPadValues();
  llvm::SmallVector<PoolWindow> windows;
  for (auto [dim, size] : llvm::enumerate(op.getKernelShape()))
    windows.push_back(
        {static_cast<int>(size), static_cast<int>(strides[dim]),
         static_cast<int>(dilations[dim]), static_cast<int>(pads[dim]),
         static_cast<int>(pads[dim + strides.size()]),
         static_cast<int>(input[dim + 2]), static_cast<int>(output[dim + 2])});
  return windows;
}

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_POOLWINDOW_H
