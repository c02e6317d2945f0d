//===- TapGrid.cpp - Where the windows of parallel branches read ----------===//

#include "passes/fold/TapGrid.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <numeric>

using namespace mlir;

namespace bnopt {

TapGrid getCommonGrid(const TapGrid &lhs, const TapGrid &rhs) {
  // A single tap lies on a grid of any step.
  int64_t step = std::abs(lhs.first - rhs.first);
  for (const TapGrid &grid : {lhs, rhs})
    if (grid.count > 1)
      step = std::gcd(step, grid.step);
  step = std::max<int64_t>(step, 1);
  const int64_t first = std::min(lhs.first, rhs.first);
  const int64_t last = std::max(lhs.last(), rhs.last());
  return {first, step, (last - first) / step + 1};
}

std::optional<nn::WindowDim> getWindowOfGrid(const TapGrid &grid,
                                             const nn::WindowDim &like,
                                             int64_t inputSize) {
  nn::WindowDim window{grid.count, like.stride, grid.step, -grid.first, 0};
  const bool isDynamic = ShapedType::isDynamic(inputSize);
  // With the same difference of pads and extent the number of positions is the
  // same for every input.
  window.padHigh = like.padLow + like.padHigh - like.getExtent() -
                   window.padLow + window.getExtent();
  if (window.padHigh < 0 && !isDynamic)
    // Stride and input may leave the last elements unread.
    window.padHigh = 0;
  if (window.padLow < 0 || window.padHigh < 0)
    return std::nullopt;
  if (!isDynamic && nn::getNumWindows(inputSize, window) !=
                        nn::getNumWindows(inputSize, like))
    return std::nullopt;
  return window;
}

SmallVector<int64_t> embedWindow(ArrayRef<TapGrid> parts,
                                 ArrayRef<TapGrid> grids) {
  SmallVector<int64_t> positions = {0};
  for (auto [part, grid] : llvm::zip_equal(parts, grids)) {
    SmallVector<int64_t> next;
    for (int64_t position : positions)
      for (int64_t tap = 0; tap < part.count; ++tap)
        next.push_back(position * grid.count + grid.indexOf(part, tap));
    positions = std::move(next);
  }
  return positions;
}

} // namespace bnopt
