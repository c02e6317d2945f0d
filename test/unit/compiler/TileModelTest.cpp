//===- TileModelTest.cpp - Register tiles ---------------------------------===//

#include "passes/lower/TileModel.h"

#include <gtest/gtest.h>

using namespace bnopt;

static constexpr VectorUnit sse{4, 16}, avx2{8, 16}, avx512{16, 32};

static int64_t countRegisters(const Tile &tile, const VectorUnit &unit) {
  int64_t lanes = getTileLanes(tile.channels, unit.lanes);
  int64_t vectors =
      tile.channels / lanes * ((lanes + unit.lanes - 1) / unit.lanes);
  return vectors * tile.pixels + vectors + 1;
}

TEST(TileModelTest, FitsRegisters) {
  for (const VectorUnit &unit : {sse, avx2, avx512})
    for (int64_t channels : {1, 3, 17, 24, 64, 80, 208, 1000})
      for (int64_t row : {1, 7, 13, 14, 56, 3136})
        EXPECT_LE(countRegisters(chooseTile({channels, 1, row}, unit), unit),
                  unit.registers)
            << channels << " channels, row of " << row;
}

TEST(TileModelTest, ChoosesMeasuredBestOfResNet) {
  Tile tile = chooseTile({64, 1, 56, 256}, avx512);
  EXPECT_EQ(tile.channels, 32);
  EXPECT_EQ(tile.pixels, 7);
  EXPECT_FALSE(tile.recomputes);
  tile = chooseTile({256, 1, 3136, 256}, avx2);
  EXPECT_EQ(tile.channels, 16);
  EXPECT_EQ(tile.pixels, 6);
  EXPECT_TRUE(tile.recomputes);
}

TEST(TileModelTest, KeepsTilesWithinGroups) {
  for (const VectorUnit &unit : {sse, avx2, avx512})
    for (int64_t groupChannels : {1, 3, 28, 40, 112})
      EXPECT_EQ(groupChannels %
                    chooseTile({3 * groupChannels, 3, 14}, unit).channels,
                0);
}

TEST(TileModelTest, DividesRowWhenExact) {
  for (const VectorUnit &unit : {sse, avx2, avx512})
    for (int64_t row : {1, 7, 13, 35, 49, 56})
      EXPECT_EQ(row % chooseTile({64, 1, row, 1024, true}, unit).pixels, 0);
}

TEST(TileModelTest, AvoidsPixelsThatShareACacheSet) {
  EXPECT_LE(chooseTile({256, 1, 196, 4096}, avx512).pixels, 7);
}

TEST(TileModelTest, LanesDivideTileOrFillRegisters) {
  EXPECT_EQ(getTileLanes(32, 16), 16);
  EXPECT_EQ(getTileLanes(24, 16), 8);
  EXPECT_EQ(getTileLanes(8, 16), 8);
  EXPECT_EQ(getTileLanes(17, 16), 17);
  EXPECT_EQ(getTileLanes(34, 16), 34);
}

TEST(TileModelTest, WeightGradientsFitRegistersAndDivideChannels) {
  for (const VectorUnit &unit : {sse, avx2, avx512})
    for (int64_t outputs : {1, 3, 17, 24, 64, 100, 2048})
      for (int64_t inputs : {1, 3, 13, 64, 100}) {
        const Tile tile = chooseWeightGradientTile({outputs, inputs}, unit);
        EXPECT_LE(countRegisters(tile, unit), unit.registers);
        EXPECT_EQ(outputs % tile.channels, 0);
        EXPECT_EQ(inputs % tile.pixels, 0);
      }
}

TEST(TileModelTest, WeightGradientsOfResNetFillThePipeline) {
  for (int64_t inputs : {3, 64, 256}) {
    const Tile tile = chooseWeightGradientTile({64, inputs}, avx512);
    EXPECT_GE(tile.channels / 16 * tile.pixels, 12);
  }
}
