//===- TileModel.cpp - Register tiles of convolutions and products --------===//
//
// A reduction step of a tile of V vectors by P pixels multiplies and adds V·P
// times with V loads of weights and P broadcasts of inputs. x86 cores start as
// many loads as multiply-adds per cycle, so a step takes
//
//   max(V·P, V + P, minimumAccumulators) + stepOverhead
//
// issue slots, of which V·P are useful. Measured on Zen 4 with ResNet-50's
// layers, share of the multiply-add peak:
//
//   AVX-512  32×7  97–99 %   32×14 96–99 %   64×7 (spills) 88–99 %   64×6 93 %
//   on a row of 56 AVX2     16×6  97 %      16×4, 32×2  91–93 %      16×7
//   (spills) 45 %     8×14  82 % SSE4.1   16×2  36 %      8×4  32 %     16×3
//   (spills) 24 %   (no fused multiply-add)
//
//===----------------------------------------------------------------------===//

#include "passes/lower/TileModel.h"

#include <algorithm>
#include <numeric>

using namespace bnopt;

/// Latency of 4 cycles at 2 multiply-adds per cycle: fewer independent
/// accumulators leave the pipeline idle.
static constexpr int64_t minimumAccumulators = 8;

/// Issue slots per reduction step that no multiply-add fills.
static constexpr double stepOverhead = 0.6;

/// More than 12 accumulators gain nothing that can be measured; without this
/// bound the largest tile would win, and with it the longest tail.
static constexpr double bestEfficiency = 12 / (12 + stepOverhead);

/// Lines with the same address modulo 4096 share a set of the first-level
/// cache, which holds 8 of them; one is needed by the weights.
static constexpr int64_t setPeriodBytes = 4096;
static constexpr int64_t usableWays = 7;

/// Measured with 14 pixels of 1024 channels: 78 % of the peak against 99 %
/// with 7 pixels.
static constexpr double conflictPenalty = 0.75;

/// A store under a mask is slower, and code for it is larger.
static constexpr double maskedTailPenalty = 0.97;

/// Vectors that do not fill registers cost some shuffles at loads and stores.
static constexpr double oddVectorPenalty = 0.95;

int64_t bnopt::getTileLanes(int64_t channels, int64_t lanes) {
  int64_t divisor = std::gcd(channels, lanes);
  return 2 * divisor < std::min(channels, lanes) ? channels : divisor;
}

/// The share of `padded` that is not filling.
static double getUtilization(int64_t size, int64_t tile) {
  int64_t tiles = (size + tile - 1) / tile;
  return double(size) / double(tiles * tile);
}

/// Pixels whose input lines fall into the same cache set.
static int64_t getConflictingPixels(int64_t pixels, int64_t stepBytes) {
  if (stepBytes == 0)
    return 1;
  int64_t distinct = setPeriodBytes / std::gcd(stepBytes, setPeriodBytes);
  return (pixels + distinct - 1) / distinct;
}

namespace {
class TileScore {
public:
  TileScore(const TileProblem &problem, const VectorUnit &unit)
      : problem(problem), unit(unit),
        groupChannels(problem.outputChannels / problem.groups) {}

  /// Whether accumulators, weights and one broadcast fit into the registers.
  bool isValid(int64_t channels, int64_t pixels) const {
    if (problem.groups > 1 && groupChannels % channels != 0)
      return false;
    if (problem.exact && problem.rowPixels % pixels != 0)
      return false;
    int64_t vectors = getVectors(channels);
    // Without a fused multiply-add, the product needs a register of its own.
    int64_t temporaries = unit.lanes <= 4 ? 2 : 1;
    return vectors * pixels + vectors + temporaries <= unit.registers;
  }

  /// Expected share of the peak, for comparisons only.
  double get(int64_t channels, int64_t pixels) const {
    int64_t vectors = getVectors(channels);
    int64_t accumulators = vectors * pixels;
    int64_t slots =
        std::max({accumulators, vectors + pixels, minimumAccumulators});
    double efficiency = std::min(
        double(accumulators) / (double(slots) + stepOverhead), bestEfficiency);
    int64_t tileLanes = getTileLanes(channels, unit.lanes);
    double score = efficiency * getUtilization(tileLanes, unit.lanes);
    if (tileLanes > unit.lanes || (tileLanes & (tileLanes - 1)) != 0)
      score *= oddVectorPenalty;
    score *= getUtilization(groupChannels, channels);
    score *= getUtilization(problem.rowPixels, pixels);
    if (groupChannels % channels != 0)
      score *= maskedTailPenalty;
    if (getConflictingPixels(pixels, problem.inputStepBytes) > usableWays)
      score *= conflictPenalty;
    return score;
  }

  /// Registers that a pixel's channels take.
  int64_t getVectors(int64_t channels) const {
    int64_t tileLanes = getTileLanes(channels, unit.lanes);
    int64_t registers = (tileLanes + unit.lanes - 1) / unit.lanes;
    return channels / tileLanes * registers;
  }

private:
  const TileProblem &problem;
  const VectorUnit &unit;
  int64_t groupChannels;
};
} // namespace

Tile bnopt::chooseTile(const TileProblem &problem, const VectorUnit &unit) {
  TileScore score(problem, unit);
  int64_t groupChannels = problem.outputChannels / problem.groups;
  // With more vectors than 6 fewer than 4 pixels would fit AVX-512's registers.
  int64_t maxChannels =
      std::min(6 * unit.lanes,
               (groupChannels + unit.lanes - 1) / unit.lanes * unit.lanes);
  Tile best = {1, 1, false};
  double bestScore = 0;
  int64_t bestSize = 0;
  for (int64_t channels = 1; channels <= maxChannels; ++channels) {
    for (int64_t pixels = 1;
         pixels <= std::min(problem.rowPixels, unit.registers); ++pixels) {
      if (!score.isValid(channels, pixels))
        continue;
      double candidate = score.get(channels, pixels);
      // Of equals, the smallest tile: it leaves the shortest tails.
      int64_t size = score.getVectors(channels) * pixels;
      constexpr double tolerance = 1e-6;
      if (candidate < bestScore - tolerance ||
          (candidate < bestScore + tolerance && size > bestSize))
        continue;
      bestScore = candidate;
      bestSize = size;
      best = {channels, pixels, problem.rowPixels % pixels != 0};
    }
  }
  return best;
}

Tile bnopt::chooseWeightGradientTile(const WeightGradientProblem &problem,
                                     const VectorUnit &unit) {
  Tile best = {1, 1, false};
  double bestScore = 0;
  int64_t bestLoads = 0;
  const int64_t maxOutputs =
      std::min({problem.outputChannels, 8 * unit.lanes, maxWeightTileOutputs});
  const int64_t maxInputs =
      std::min({problem.inputChannels, unit.registers, maxWeightTileInputs});
  for (int64_t outputs = 1; outputs <= maxOutputs; ++outputs) {
    if (problem.outputChannels % outputs != 0)
      continue;
    const int64_t lanes = getTileLanes(outputs, unit.lanes);
    const int64_t vectors =
        outputs / lanes * ((lanes + unit.lanes - 1) / unit.lanes);
    for (int64_t inputs = 1; inputs <= maxInputs; ++inputs) {
      const int64_t accumulators = vectors * inputs;
      const int64_t temporaries = unit.lanes <= 4 ? 2 : 1;
      if (problem.inputChannels % inputs != 0 ||
          accumulators + vectors + temporaries > unit.registers)
        continue;
      // A step loads vectors of output gradients and broadcasts inputs.
      const int64_t loads = vectors + inputs;
      const int64_t slots =
          std::max({accumulators, loads, minimumAccumulators});
      const double score =
          std::min(double(accumulators) / (double(slots) + stepOverhead),
                   bestEfficiency) *
          getUtilization(lanes, unit.lanes);
      constexpr double tolerance = 1e-6;
      if (score < bestScore - tolerance ||
          (score < bestScore + tolerance && loads >= bestLoads))
        continue;
      bestScore = score;
      bestLoads = loads;
      best = {outputs, inputs, false};
    }
  }
  return best;
}
