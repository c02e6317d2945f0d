//===- ArenaPlanTest.cpp - Offsets in an arena ----------------------------===//

#include "passes/lower/ArenaPlan.h"

#include "gtest/gtest.h"

#include <random>

using namespace bnopt;

namespace {

bool existTogether(const ArenaBuffer &a, const ArenaBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

TEST(ArenaPlanTest, NeedsNothingForNothing) {
  ArenaPlan plan = planArena({});
  EXPECT_EQ(plan.arenaBytes, 0);
  EXPECT_EQ(plan.maxLiveBytes, 0);
}

TEST(ArenaPlanTest, ReusesPlaceAfterLastUse) {
  ArenaPlan plan = planArena({{128, 0, 1}, {128, 1, 2}, {128, 2, 3}});
  EXPECT_EQ(plan.offsets[0], plan.offsets[2]);
  EXPECT_NE(plan.offsets[0], plan.offsets[1]);
  EXPECT_EQ(plan.arenaBytes, 256);
  EXPECT_EQ(plan.maxLiveBytes, 256);
}

TEST(ArenaPlanTest, AlignsOffsetsAndSize) {
  ArenaPlan plan = planArena({{4, 0, 0}, {100, 0, 0}});
  for (int64_t offset : plan.offsets)
    EXPECT_EQ(offset % arenaAlignment, 0);
  EXPECT_EQ(plan.arenaBytes, 64 + 128);
}

TEST(ArenaPlanTest, FillsGapsOfDeadBuffers) {
  // The second buffer is dead when the last two begin; both fit its place.
  ArenaPlan plan = planArena(
      {{1024, 0, 9}, {512, 0, 1}, {448, 0, 9}, {256, 2, 9}, {192, 2, 2}});
  EXPECT_EQ(plan.offsets, (std::vector<int64_t>{0, 1024, 1536, 1024, 1280}));
  EXPECT_EQ(plan.arenaBytes, 1984);
}

/// No two buffers that exist at the same time overlap, on random lifetimes.
TEST(ArenaPlanTest, KeepsLiveBuffersApart) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<ArenaBuffer> buffers(1 + random() % 40);
    for (ArenaBuffer &buffer : buffers) {
      buffer.bytes = 1 + random() % 5000;
      buffer.first = random() % 30;
      buffer.last = buffer.first + random() % 6;
    }
    ArenaPlan plan = planArena(buffers);
    EXPECT_GE(plan.arenaBytes, plan.maxLiveBytes);
    for (size_t a = 0; a < buffers.size(); ++a) {
      EXPECT_LE(plan.offsets[a] + buffers[a].bytes, plan.arenaBytes);
      for (size_t b = 0; b < a; ++b) {
        if (!existTogether(buffers[a], buffers[b]))
          continue;
        bool isApart = plan.offsets[a] + buffers[a].bytes <= plan.offsets[b] ||
                       plan.offsets[b] + buffers[b].bytes <= plan.offsets[a];
        EXPECT_TRUE(isApart)
            << "round " << round << ", buffers " << a << ", " << b;
      }
    }
  }
}

} // namespace
