//===- ArenaPlan.cpp - Offsets in an arena --------------------------------===//

#include "passes/lower/ArenaPlan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <limits>
#include <numeric>

using namespace bnopt;

static bool existTogether(const ArenaBuffer &a, const ArenaBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

static int64_t alignedSize(const ArenaBuffer &buffer) {
  return llvm::alignTo(buffer.bytes, arenaAlignment);
}

static int64_t computeMaxLive(llvm::ArrayRef<ArenaBuffer> buffers) {
  int64_t most = 0;
  for (const ArenaBuffer &at : buffers) {
    // The live set only grows where a buffer starts.
    int64_t live = 0;
    for (const ArenaBuffer &buffer : buffers)
      if (buffer.first <= at.first && at.first <= buffer.last)
        live += alignedSize(buffer);
    most = std::max(most, live);
  }
  return most;
}

/// The start of the tightest gap between `obstacles` (offset and end, sorted)
/// that holds `bytes`, or the end of the last one.
static int64_t findGap(llvm::ArrayRef<std::pair<int64_t, int64_t>> obstacles,
                       int64_t bytes) {
  int64_t best = -1, bestSize = std::numeric_limits<int64_t>::max(), end = 0;
  for (auto [begin, obstacleEnd] : obstacles) {
    int64_t size = begin - end;
    if (size >= bytes && size < bestSize) {
      best = end;
      bestSize = size;
    }
    end = std::max(end, obstacleEnd);
  }
  return best >= 0 ? best : end;
}

ArenaPlan bnopt::planArena(llvm::ArrayRef<ArenaBuffer> buffers) {
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::pair(-buffers[a].bytes, a) < std::pair(-buffers[b].bytes, b);
  });

  ArenaPlan plan;
  plan.offsets.assign(buffers.size(), 0);
  plan.maxLiveBytes = computeMaxLive(buffers);
  llvm::SmallVector<size_t> placed;
  for (size_t index : order) {
    llvm::SmallVector<std::pair<int64_t, int64_t>> obstacles;
    for (size_t other : placed)
      if (existTogether(buffers[index], buffers[other]))
        obstacles.push_back(
            {plan.offsets[other],
             plan.offsets[other] + alignedSize(buffers[other])});
    llvm::sort(obstacles);
    plan.offsets[index] = findGap(obstacles, alignedSize(buffers[index]));
    plan.arenaBytes = std::max(
        plan.arenaBytes, plan.offsets[index] + alignedSize(buffers[index]));
    placed.push_back(index);
  }
  return plan;
}
