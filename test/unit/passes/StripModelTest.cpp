//===- StripModelTest.cpp - Strips of a result whose input is computed ----===//

#include "passes/lower/StripModel.h"

#include <gtest/gtest.h>

using namespace bnopt;

static int64_t getBytes(const StripProblem &problem) {
  const Strip strip = *chooseStrip(problem);
  return problem.getBytes(strip.pixels, strip.rows);
}

TEST(StripModelTest, StaysInCache) {
  for (int64_t channels : {1, 17, 64, 1024, 2000})
    for (int64_t row : {1, 7, 14, 56, 3136})
      for (int64_t rows : {1, 7, 56})
        for (int64_t window : {1, 3})
          EXPECT_LE(
              getBytes({channels, row, rows, {1, window}, {1, window}, 1, 7}),
              maxStripBytes)
              << channels << " channels, " << row << " x " << rows;
}

TEST(StripModelTest, TakesWholeRowsThatDivideTheImage) {
  const Strip strip = *chooseStrip({256, 56, 56});
  EXPECT_EQ(strip.pixels, 56);
  EXPECT_EQ(strip.rows, 4);
}

TEST(StripModelTest, CountsTheRowsThatWindowsShare) {
  const Strip strip = *chooseStrip({64, 56, 56, {1, 3}, {1, 3}});
  EXPECT_EQ(strip.pixels, 56);
  EXPECT_LE((strip.rows + 2) * 58 * 64 * 4, maxStripBytes);
  EXPECT_EQ(strip.rows, 14);
}

TEST(StripModelTest, CutsLongRowsIntoTiles) {
  const Strip strip = *chooseStrip({256, 3136, 1, {}, {}, 1, 7});
  EXPECT_EQ(strip.rows, 1);
  EXPECT_EQ(strip.pixels % 7, 0);
  EXPECT_EQ(3136 % strip.pixels, 0);
  EXPECT_GE(strip.pixels, 128);
}

// No part of a result in place may be computed twice.
TEST(StripModelTest, DividesWhereExact) {
  for (int64_t rows : {7, 13, 28, 55}) {
    const Strip strip =
        *chooseStrip({300, 28, rows, {1, 3}, {1, 3}, 1, 7, true});
    EXPECT_EQ(rows % strip.rows, 0) << rows << " rows";
    EXPECT_EQ(28 % strip.pixels, 0);
  }
}

TEST(StripModelTest, RefusesTilesThatDoNotFit) {
  EXPECT_FALSE(chooseStrip({8192, 33, 33, {1, 3}, {1, 3}, 1, maxTilePixels}));
  EXPECT_TRUE(chooseStrip({8192, 7, 1, {}, {}, 1, 7}));
}
