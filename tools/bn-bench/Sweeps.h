//===- Sweeps.h - What memory gives to the simplest loops -----------------===//

#ifndef BNOPT_TOOLS_BNBENCH_SWEEPS_H
#define BNOPT_TOOLS_BNBENCH_SWEEPS_H

#include "Team.h"

#include <span>
#include <string>
#include <vector>

namespace bnopt {

/// Loops over whole tensors that do nothing but read and write.
enum class Sweep {
  Read,      ///< one tensor
  ReadTwo,   ///< two at once
  Copy,      ///< one into another
  CopyPast,  ///< the same, written past the caches
  Merge,     ///< two into a third
  MergePast, ///< the same, written past the caches
};

inline constexpr Sweep allSweeps[] = {Sweep::Read,  Sweep::ReadTwo,
                                      Sweep::Copy,  Sweep::CopyPast,
                                      Sweep::Merge, Sweep::MergePast};

std::string getSweepName(Sweep sweep);

/// Tensors that a sweep reads and writes.
int getNumTensors(Sweep sweep);

/// Seconds of one sweep by `team` over tensors of one size, in vectors as wide
/// as the machine has. Their starts are aligned to cache lines.
double measureSweep(Sweep sweep, Team &team, std::span<const float> first,
                    std::span<const float> second, std::span<float> result);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_SWEEPS_H
