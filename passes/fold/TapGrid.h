//===- TapGrid.h - Where the windows of parallel branches read ------------===//

#ifndef BNOPT_PASSES_FOLD_TAPGRID_H
#define BNOPT_PASSES_FOLD_TAPGRID_H

#include "dialect/NN/NNShapes.h"

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace bnopt {

/// What a window reads along one dimension, relative to `position·stride`:
/// `first + i·step` for `0 <= i < count`.
struct TapGrid {
  int64_t first = 0;
  int64_t step = 1;
  int64_t count = 1;

  static TapGrid get(const nn::WindowDim &window) {
    return {-window.padLow, window.dilation, window.size};
  }

  int64_t last() const { return first + (count - 1) * step; }
  /// The index in this grid of tap `index` of `part`, which lies on it.
  int64_t indexOf(const TapGrid &part, int64_t index) const {
    return (part.first + index * part.step - first) / step;
  }
};

/// The smallest grid with all taps of both.
TapGrid getCommonGrid(const TapGrid &lhs, const TapGrid &rhs);

/// The window that reads `grid` and has, for an input of `inputSize` elements,
/// as many positions as `like`. None if it would need a negative pad. Where
/// `inputSize` is unknown the number must be the same for every input.
std::optional<nn::WindowDim> getWindowOfGrid(const TapGrid &grid,
                                             const nn::WindowDim &like,
                                             int64_t inputSize);

/// For each element of a window of `parts`, in row-major order, its index in
/// the window of `grids`.
llvm::SmallVector<int64_t> embedWindow(llvm::ArrayRef<TapGrid> parts,
                                       llvm::ArrayRef<TapGrid> grids);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_TAPGRID_H
