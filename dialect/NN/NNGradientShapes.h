//===- NNGradientShapes.h - Which windows contain an element --------------===//

#ifndef BNOPT_DIALECT_NN_NNGRADIENTSHAPES_H
#define BNOPT_DIALECT_NN_NNGRADIENTSHAPES_H

#include "dialect/NN/NNShapes.h"

namespace bnopt::nn {

/// The input elements `stride·m + r`, for one r, along a dimension: tap
/// `firstTap + j·tapStep`, for j below `numTaps`, of window
/// `m + shift − j·step` reads them, and nothing else does. So their gradient is
/// a convolution with stride 1.
struct GradientPhase {
  int64_t firstTap = 0;
  int64_t tapStep = 1;
  int64_t numTaps = 0;
  int64_t shift = 0;
  int64_t step = 1;
};

/// The phases r = 0 … stride − 1 of a window.
llvm::SmallVector<GradientPhase> getGradientPhases(const WindowDim &window);

/// How far phases of `count` elements each reach beyond `numWindows` windows,
/// below and above.
std::pair<int64_t, int64_t>
getGradientReach(llvm::ArrayRef<GradientPhase> phases, int64_t count,
                 int64_t numWindows);

} // namespace bnopt::nn

#endif // BNOPT_DIALECT_NN_NNGRADIENTSHAPES_H
