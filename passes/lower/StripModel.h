//===- StripModel.h - Strips of a result whose input is computed ----------===//
//
// A convolution that computes its input while it loads it (a normalization and
// an activation above it) does so for one strip of the result at a time, into
// memory that stays in cache. Plain arithmetic: no IR, no code generator.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_LOWER_STRIPMODEL_H
#define BNOPT_PASSES_LOWER_STRIPMODEL_H

#include <cstdint>
#include <optional>
#include <vector>

namespace bnopt {

/// The steps of a window along one dimension: neighbouring result elements read
/// inputs `stride` apart, each of them `reach` neighbouring ones.
struct WindowSteps {
  int64_t stride = 1;
  int64_t reach = 1;

  /// Inputs that `count` neighbouring result elements read.
  int64_t getInputs(int64_t count) const {
    return (count - 1) * stride + reach;
  }
};

/// The loops that a strip is cut from. A matrix product has the rows of its
/// left factor as pixels.
struct StripProblem {
  int64_t inputChannels;
  /// Pixels of a row of the result, and rows of an image.
  int64_t rowPixels = 1, rows = 1;
  WindowSteps row, column;
  /// Planes of a volume that a window reads.
  int64_t planes = 1;
  /// A strip of part of a row is made of tiles of so many pixels.
  int64_t tilePixels = 1;
  /// Strips must divide row and image, because the result shares memory with an
  /// operand and no pixel may be computed twice.
  bool exact = false;

  /// A result of `extents` per spatial dimension and the windows that it reads,
  /// innermost first.
  static StripProblem get(int64_t inputChannels,
                          const std::vector<int64_t> &extents,
                          const std::vector<WindowSteps> &windows);

  /// Bytes of f32 that a strip reads.
  int64_t getBytes(int64_t pixels, int64_t stripRows) const {
    return inputChannels * row.getInputs(pixels) * column.getInputs(stripRows) *
           planes * static_cast<int64_t>(sizeof(float));
  }
};

/// No register tile has more pixels.
inline constexpr int64_t maxTilePixels = 32;

/// `pixels` of `rows` rows of the result.
struct Strip {
  int64_t pixels, rows;
};

/// Bytes of the input of a strip at most: a quarter of the second-level cache
/// of a core with 1 MiB. They lie on the stack.
inline constexpr int64_t maxStripBytes = 256 << 10;

/// The largest strip whose input stays in cache, of whole rows if one fits;
/// none where the input of a single tile is too large.
std::optional<Strip> chooseStrip(const StripProblem &problem);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_STRIPMODEL_H
