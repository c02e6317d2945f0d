//===- NNGradientShapesTest.cpp -------------------------------------------===//

#include "dialect/NN/NNGradientShapes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <set>
#include <tuple>

using namespace bnopt::nn;
using testing::Pair;

/// (element, tap, window) for all that windows read of `input` elements.
using Reads = std::set<std::tuple<int64_t, int64_t, int64_t>>;

static Reads getReads(const WindowDim &dim, int64_t input, int64_t windows) {
  Reads reads;
  for (int64_t p = 0; p < windows; ++p)
    for (int64_t k = 0; k < dim.size; ++k) {
      const int64_t q = p * dim.stride + k * dim.dilation - dim.padLow;
      if (q >= 0 && q < input)
        reads.insert({q, k, p});
    }
  return reads;
}

static Reads getPhaseReads(const WindowDim &dim, int64_t input,
                           int64_t windows) {
  Reads reads;
  const auto phases = getGradientPhases(dim);
  for (int64_t q = 0; q < input; ++q) {
    const GradientPhase &phase = phases[q % dim.stride];
    for (int64_t j = 0; j < phase.numTaps; ++j) {
      const int64_t p = q / dim.stride + phase.shift - j * phase.step;
      if (p >= 0 && p < windows)
        reads.insert({q, phase.firstTap + j * phase.tapStep, p});
    }
  }
  return reads;
}

TEST(NNGradientShapesTest, PhasesAreWhatWindowsRead) {
  for (int64_t size : {1, 2, 3, 7})
    for (int64_t stride : {1, 2, 3, 4})
      for (int64_t dilation : {1, 2, 3})
        for (int64_t pad : {0, 1, 5}) {
          const WindowDim dim{size, stride, dilation, pad, pad};
          const int64_t input = 23, windows = getNumWindows(input, dim);
          EXPECT_EQ(getPhaseReads(dim, input, windows),
                    getReads(dim, input, windows))
              << size << " taps, stride " << stride << ", dilation " << dilation
              << ", pad " << pad;
        }
}

TEST(NNGradientShapesTest, PlacesWithoutWindowsHaveNoTaps) {
  const auto phases = getGradientPhases({1, 2, 1, 0, 0});
  EXPECT_EQ(phases[0].numTaps, 1);
  EXPECT_EQ(phases[1].numTaps, 0);
}

TEST(NNGradientShapesTest, ReachCoversWhatIsRead) {
  // A 3-tap window with pad 1 reads one element on each side, forward and back.
  EXPECT_THAT(getGradientReach(getGradientPhases({3, 1, 1, 1, 1}), 8, 8),
              Pair(1, 1));
  // Without pads, its gradient reads two.
  EXPECT_THAT(getGradientReach(getGradientPhases({3, 1, 1, 0, 0}), 8, 6),
              Pair(2, 2));
  EXPECT_THAT(getGradientReach(getGradientPhases({1, 2, 1, 0, 0}), 4, 4),
              Pair(0, 0));
}
