//===- TileModel.h - Register tiles of convolutions and products ----------===//
//
// Plain arithmetic: no IR, no code generator.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_LOWER_TILEMODEL_H
#define BNOPT_PASSES_LOWER_TILEMODEL_H

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace bnopt {

/// Channels of a pixel that are worth reading apart from the others: some cache
/// lines.
inline constexpr int64_t leastLaneChannels = 64;

/// The largest divisor of `value` that is at most `bound`.
template <typename T>
T getLargestDivisor(T value, std::type_identity_t<T> bound) {
  for (T divisor = std::min(value, bound); divisor > 1; --divisor)
    if (value % divisor == 0)
      return divisor;
  return 1;
}

/// Elements of a run at most, whose sums are in f32. All runs of a feature are
/// added in f64.
inline constexpr int64_t longestFloatRun = 64;

/// The run that rows of so many pixels consist of. Whoever sums such a row in
/// such runs gets the same bits.
inline int64_t getRunOfRow(int64_t rowPixels) {
  return getLargestDivisor(rowPixels, longestFloatRun);
}

/// What the register file of a target holds.
struct VectorUnit {
  /// f32 values in a vector register.
  int64_t lanes;
  /// Number of vector registers.
  int64_t registers;
};

/// The loops that a register tile is cut from. A matrix product M×K·K×N is a
/// convolution with N output channels and a row of M pixels.
struct TileProblem {
  int64_t outputChannels;
  int64_t groups = 1;
  /// Pixels that follow each other at a constant distance in input and
  /// output: a row, or for a 1×1 convolution on contiguous tensors the image.
  int64_t rowPixels = 1;
  /// Bytes between the input elements that neighbouring output pixels read.
  int64_t inputStepBytes = 0;
  /// The tile must divide the row, because the result shares memory with an
  /// operand and no pixel may be computed twice.
  bool exact = false;
};

/// One register tile: `channels` output channels of `pixels` neighbouring
/// pixels.
struct Tile {
  int64_t channels;
  int64_t pixels;
  /// The last tile of a row overlaps the one before it.
  bool recomputes;
};

/// The tile with the highest expected share of the multiply-add peak.
Tile chooseTile(const TileProblem &problem, const VectorUnit &unit);

/// The loops that a register tile of a gradient of weights is cut from: sums
/// over pixels of the products of output and input channels.
struct WeightGradientProblem {
  /// Of one group.
  int64_t outputChannels, inputChannels;
};

/// No tile has more output or input channels.
inline constexpr int64_t maxWeightTileOutputs = 128, maxWeightTileInputs = 32;

/// The tile of `channels` output channels and `pixels` input channels with the
/// highest expected share of the multiply-add peak; both divide theirs.
Tile chooseWeightGradientTile(const WeightGradientProblem &problem,
                              const VectorUnit &unit);

/// Lanes of the vectors that a tile of `channels` is made of on a machine with
/// `lanes`: a common divisor, or all channels at once where the divisors would
/// leave most of a register empty. LLVM then fills whole registers and one in
/// part; a group of 34 channels runs at 68 % of the peak instead of 18 %.
int64_t getTileLanes(int64_t channels, int64_t lanes);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_TILEMODEL_H
