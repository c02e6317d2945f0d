//===- NNShapesTest.cpp ---------------------------------------------------===//

#include "dialect/NN/NNShapes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace bnopt::nn;
using testing::ElementsAre;
using testing::Pair;

static constexpr int64_t unknown = ShapedType::kDynamic;

static WindowDim window(int64_t size, int64_t stride = 1, int64_t padLow = 0,
                        int64_t padHigh = 0, int64_t dilation = 1) {
  return {size, stride, dilation, padLow, padHigh};
}

TEST(NNShapesTest, ExtentCountsDilation) {
  EXPECT_EQ(window(3).getExtent(), 3);
  EXPECT_EQ(window(3, 1, 0, 0, 4).getExtent(), 9);
  EXPECT_EQ(window(1, 1, 0, 0, 4).getExtent(), 1);
  EXPECT_EQ(window(unknown).getExtent(), unknown);
}

TEST(NNShapesTest, WindowReadsAttributesPerDimension) {
  auto dims =
      getWindow({3, 5}, ArrayRef<int64_t>({2, 1}),
                ArrayRef<int64_t>({1, 2, 3, 4}), ArrayRef<int64_t>({1, 6}));
  ASSERT_EQ(dims.size(), 2u);
  EXPECT_EQ(dims[0].stride, 2);
  EXPECT_EQ(dims[0].padLow, 1);
  EXPECT_EQ(dims[0].padHigh, 3);
  EXPECT_EQ(dims[1].size, 5);
  EXPECT_EQ(dims[1].dilation, 6);
  EXPECT_EQ(dims[1].padHigh, 4);
}

TEST(NNShapesTest, WindowFillsWhatIsMissing) {
  auto dims =
      getWindow({3, 5}, std::nullopt, std::nullopt, ArrayRef<int64_t>({2}));
  EXPECT_EQ(dims[0].dilation, 2);
  EXPECT_EQ(dims[1].dilation, 1);
  EXPECT_EQ(dims[1].stride, 1);
  EXPECT_EQ(dims[1].padHigh, 0);
}

TEST(NNShapesTest, NumWindowsOfResNet) {
  EXPECT_EQ(getNumWindows(224, window(7, 2, 3, 3)), 112);
  EXPECT_EQ(getNumWindows(112, window(3, 2, 1, 1)), 56);
  EXPECT_EQ(getNumWindows(56, window(3, 1, 1, 1)), 56);
  EXPECT_EQ(getNumWindows(56, window(1, 2)), 28);
}

TEST(NNShapesTest, NumWindowsWithDilation) {
  EXPECT_EQ(getNumWindows(10, window(3, 1, 0, 0, 2)), 6);
  EXPECT_EQ(getNumWindows(5, window(3, 1, 0, 0, 2)), 1);
}

TEST(NNShapesTest, NumWindowsUnknownWhereNoneFitsOrInputIsUnknown) {
  EXPECT_EQ(getNumWindows(2, window(3)), unknown);
  EXPECT_EQ(getNumWindows(unknown, window(3)), unknown);
  EXPECT_EQ(getNumWindows(8, window(3, 0)), unknown);
}

TEST(NNShapesTest, CeilModeAddsPartialWindow) {
  EXPECT_EQ(getNumWindows(112, window(3, 2)), 55);
  EXPECT_EQ(getNumWindows(112, window(3, 2), /*ceilMode=*/true), 56);
}

TEST(NNShapesTest, CeilModeDropsWindowThatStartsInHighPadding) {
  // Windows start at 0, 3 and, if not dropped, 6: behind the 4 elements.
  EXPECT_EQ(getNumWindows(4, window(2, 3, 0, 3), /*ceilMode=*/true), 2);
}

TEST(NNShapesTest, TransposedSizeInvertsNumWindows) {
  EXPECT_EQ(getTransposedSize(5, window(2, 2)), 10);
  EXPECT_EQ(getTransposedSize(5, window(3, 2, 1, 1), /*outputPad=*/1), 10);
  for (int64_t size : {7, 9, 11})
    EXPECT_EQ(getTransposedSize(getNumWindows(size, window(3, 2, 1, 1)),
                                window(3, 2, 1, 1)),
              size);
}

TEST(NNShapesTest, TransposedSizeUnknownWhereNothingIsLeft) {
  EXPECT_EQ(getTransposedSize(1, window(2, 1, 1, 1)), unknown);
  EXPECT_EQ(getTransposedSize(unknown, window(2)), unknown);
}

TEST(NNShapesTest, SamePadsSplitEvenlyOrToOneSide) {
  EXPECT_THAT(getSamePads(224, window(3, 2), false), Pair(0, 1));
  EXPECT_THAT(getSamePads(224, window(3, 2), true), Pair(1, 0));
  EXPECT_THAT(getSamePads(56, window(3), false), Pair(1, 1));
  EXPECT_THAT(getSamePads(56, window(1, 2), false), Pair(0, 0));
}

TEST(NNShapesTest, SamePadsGiveCeilOfInputByStride) {
  for (int64_t input = 1; input < 20; ++input)
    for (int64_t size = 1; size < 6; ++size)
      for (int64_t stride = 1; stride < 4; ++stride) {
        WindowDim dim = window(size, stride);
        std::tie(dim.padLow, dim.padHigh) = getSamePads(input, dim, false);
        EXPECT_EQ(getNumWindows(input, dim), (input + stride - 1) / stride);
      }
}

TEST(NNShapesTest, BroadcastAlignsFromTheLastDimension) {
  EXPECT_THAT(*getBroadcastShape({2, 1, 8}, {4, 1}), ElementsAre(2, 4, 8));
  EXPECT_THAT(*getBroadcastShape({}, {4, 1}), ElementsAre(4, 1));
  EXPECT_FALSE(getBroadcastShape({2, 3}, {2, 4}));
}

TEST(NNShapesTest, BroadcastOfUnknownSizes) {
  EXPECT_THAT(*getBroadcastShape({unknown}, {4}), ElementsAre(4));
  EXPECT_THAT(*getBroadcastShape({unknown}, {1}), ElementsAre(unknown));
}

TEST(NNShapesTest, BroadcastsToIsOneDirectional) {
  EXPECT_TRUE(broadcastsTo({4}, {2, 4}));
  EXPECT_TRUE(broadcastsTo({2, 1}, {2, 4}));
  EXPECT_TRUE(broadcastsTo({unknown}, {2, 4}));
  EXPECT_FALSE(broadcastsTo({2, 4}, {4}));
  EXPECT_FALSE(broadcastsTo({4}, {1}));
}

TEST(NNShapesTest, NumElements) {
  EXPECT_EQ(getNumElements({}), 1);
  EXPECT_EQ(getNumElements({2, 3}), 6);
  EXPECT_EQ(getNumElements({2, unknown}), unknown);
}

TEST(NNShapesTest, PermutationsHoldEachIndexOnce) {
  EXPECT_TRUE(isPermutation({}));
  EXPECT_TRUE(isPermutation({2, 0, 1}));
  EXPECT_FALSE(isPermutation({0, 0}));
  EXPECT_FALSE(isPermutation({1, 2}));
  EXPECT_FALSE(isPermutation({-1, 0}));
}
