//===- ArenaPlan.h - Offsets in an arena ----------------------------------===//

#ifndef BNOPT_PASSES_LOWER_ARENAPLAN_H
#define BNOPT_PASSES_LOWER_ARENAPLAN_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <vector>

namespace bnopt {

/// All places in an arena, and its own start, are aligned to this.
inline constexpr int64_t arenaAlignment = 64;

/// A buffer that must exist from step `first` to step `last`, both included.
struct ArenaBuffer {
  int64_t bytes;
  int64_t first;
  int64_t last;
};

struct ArenaPlan {
  /// For each buffer, in bytes from the start of the arena.
  std::vector<int64_t> offsets;
  int64_t arenaBytes = 0;
  /// The largest sum of the sizes of buffers that exist at the same time: no
  /// plan is smaller.
  int64_t maxLiveBytes = 0;
};

/// Places the buffers so that those that exist at the same time do not
/// overlap: the largest first, each in the tightest gap that holds it ("greedy
/// by size", Pisarchyk and Lee, arXiv 2001.03288).
ArenaPlan planArena(llvm::ArrayRef<ArenaBuffer> buffers);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_ARENAPLAN_H
