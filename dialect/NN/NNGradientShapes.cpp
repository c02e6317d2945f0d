//===- NNGradientShapes.cpp - Which windows contain an element ------------===//

#include "dialect/NN/NNGradientShapes.h"

#include <algorithm>
#include <numeric>

using namespace bnopt;
using namespace bnopt::nn;

llvm::SmallVector<GradientPhase>
nn::getGradientPhases(const WindowDim &window) {
  // Window p reads q = p·stride + k·dilation − pad with tap k. Of the taps,
  // every (stride/common)-th does so for some p, or none.
  const int64_t common = std::gcd(window.stride, window.dilation);
  llvm::SmallVector<GradientPhase> phases;
  for (int64_t r = 0; r < window.stride; ++r) {
    GradientPhase phase;
    phase.tapStep = window.stride / common;
    phase.step = window.dilation / common;
    const int64_t place = r + window.padLow;
    for (int64_t k = 0; k < std::min(phase.tapStep, window.size); ++k) {
      const int64_t start = place - k * window.dilation;
      if (start % window.stride != 0)
        continue;
      phase.firstTap = k;
      phase.numTaps = (window.size - 1 - k) / phase.tapStep + 1;
      phase.shift = start / window.stride;
      break;
    }
    phases.push_back(phase);
  }
  return phases;
}

std::pair<int64_t, int64_t>
nn::getGradientReach(llvm::ArrayRef<GradientPhase> phases, int64_t count,
                     int64_t numWindows) {
  int64_t low = 0, high = 0;
  for (const GradientPhase &phase : phases) {
    if (phase.numTaps == 0)
      continue;
    low = std::max(low, (phase.numTaps - 1) * phase.step - phase.shift);
    high = std::max(high, count - 1 + phase.shift - (numWindows - 1));
  }
  return {low, high};
}
