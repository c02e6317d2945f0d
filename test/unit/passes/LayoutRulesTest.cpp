//===- LayoutRulesTest.cpp - Memory orders of tensors ---------------------===//

#include "passes/lower/LayoutRules.h"

#include "gtest/gtest.h"

using namespace bnopt;

namespace {

TEST(LayoutRulesTest, OneChannelOrOnePixelNeedsNoCopy) {
  EXPECT_TRUE(isChannelsLastRowMajor({2, 3}));
  EXPECT_TRUE(isChannelsLastRowMajor({2, 1, 5, 7}));
  EXPECT_TRUE(isChannelsLastRowMajor({2, 8, 1, 1}));
  EXPECT_FALSE(isChannelsLastRowMajor({2, 8, 1, 3}));
}

TEST(LayoutRulesTest, HaloEnlargesBuffer) {
  // One row above, two below, a column on each side: 6×9 pixels of 4 channels.
  llvm::SmallVector<int64_t> shape = {1, 4, 3, 7},
                             halo = {0, 0, 0, 0, 1, 2, 1, 1};
  EXPECT_EQ(getPaddedElements(shape, halo), 6 * 9 * 4);
  EXPECT_EQ(getPaddedElements(shape, {}), 3 * 7 * 4);
  // Element (0, 0, 0, 0) lies one row and one pixel behind the start.
  llvm::SmallVector<int64_t> strides = {216, 1, 36, 4};
  EXPECT_EQ(getInteriorOffset(strides, halo), 36 + 4);
}

TEST(LayoutRulesTest, HaloCoversAllReaders) {
  Halo halo;
  coverHalo(halo, {0, 0, 1, 0});
  coverHalo(halo, {0, 2, 0, 0});
  EXPECT_EQ(halo, (Halo{0, 2, 1, 0}));
}

} // namespace
