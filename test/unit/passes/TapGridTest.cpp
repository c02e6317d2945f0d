//===- TapGridTest.cpp ----------------------------------------------------===//

#include "passes/fold/TapGrid.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <tuple>

using namespace bnopt;
using testing::ElementsAre;

static constexpr int64_t unknown = mlir::ShapedType::kDynamic;

static std::tuple<int64_t, int64_t, int64_t> common(TapGrid lhs, TapGrid rhs) {
  const TapGrid grid = getCommonGrid(lhs, rhs);
  return {grid.first, grid.step, grid.count};
}

TEST(TapGridTest, CommonGridHoldsTheTapsOfBoth) {
  // A single tap in the middle of three.
  EXPECT_EQ(common({-1, 1, 3}, {0, 1, 1}), std::tuple(-1, 1, 3));
  // Taps −2, 0, 2, of which 0 and 2 are the other's.
  EXPECT_EQ(common({-2, 2, 3}, {0, 2, 2}), std::tuple(-2, 2, 3));
  // −2, 2 and −1, 1 need a step of one.
  EXPECT_EQ(common({-2, 4, 2}, {-1, 2, 2}), std::tuple(-2, 1, 5));
  // The dilation of a single tap says nothing.
  EXPECT_EQ(common({0, 7, 1}, {-3, 5, 1}), std::tuple(-3, 3, 2));
  EXPECT_EQ(common({0, 7, 1}, {0, 5, 1}), std::tuple(0, 1, 1));
}

TEST(TapGridTest, WindowKeepsTheNumberOfPositions) {
  const nn::WindowDim one{1, 2, 1, 0, 0};
  auto window = getWindowOfGrid({-1, 1, 3}, one, 8);
  ASSERT_TRUE(window);
  EXPECT_EQ(window->padLow, 1);
  EXPECT_EQ(nn::getNumWindows(8, *window), nn::getNumWindows(8, one));
  EXPECT_EQ(window->stride, 2);
  ASSERT_TRUE(getWindowOfGrid({-1, 1, 3}, one, unknown));
}

TEST(TapGridTest, WindowMayLeaveElementsUnread) {
  // Positions 0, 2 and 4 of a window of one; of a size of two, 5 is read too.
  const nn::WindowDim two{2, 2, 1, 0, 0};
  EXPECT_TRUE(getWindowOfGrid({0, 1, 1}, two, 6));
  // A window of one element has another number of positions for odd sizes.
  EXPECT_FALSE(getWindowOfGrid({0, 1, 1}, two, 7));
  EXPECT_FALSE(getWindowOfGrid({0, 1, 1}, two, unknown));
  // A first tap behind the position would be a negative pad.
  EXPECT_FALSE(getWindowOfGrid({1, 1, 1}, two, 6));
}

TEST(TapGridTest, EmbedsRowMajor) {
  const TapGrid three{-1, 1, 3}, one{0, 1, 1};
  EXPECT_THAT(embedWindow({three, one}, {three, three}), ElementsAre(1, 4, 7));
  EXPECT_THAT(embedWindow({one, three}, {three, three}), ElementsAre(3, 4, 5));
}
