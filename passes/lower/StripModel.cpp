//===- StripModel.cpp - Strips of a result whose input is computed --------===//
//
// A strip is swept once for each tile of output channels, so its input should
// stay in the second-level cache, beside the weights of a tile. Large strips
// read the weights less often; strips of 56 to 224 pixels cost below 3 %.
//
//===----------------------------------------------------------------------===//

#include "passes/lower/StripModel.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>

namespace bnopt {

StripProblem StripProblem::get(int64_t inputChannels,
                               const std::vector<int64_t> &extents,
                               const std::vector<WindowSteps> &windows) {
  StripProblem problem;
  problem.inputChannels = inputChannels;
  problem.rowPixels = extents[0];
  problem.row = windows[0];
  if (windows.size() > 1) {
    problem.rows = extents[1];
    problem.column = windows[1];
  }
  for (size_t dim = 2; dim < windows.size(); ++dim)
    problem.planes *= windows[dim].reach;
  return problem;
}

/// The multiple of `step`, at most `largest`, with which parts of that size
/// cover `extent` with the least overlap; the largest of them, and no smaller
/// than half of `largest` unless it must divide.
static int64_t choosePart(int64_t extent, int64_t step, int64_t largest,
                          bool exact) {
  int64_t best = 0, bestCovered = 0;
  for (int64_t part = largest / step * step; part > 0; part -= step) {
    const int64_t covered = llvm::divideCeil(extent, part) * part;
    if (exact && covered != extent)
      continue;
    if (best && (exact || covered >= bestCovered || 2 * part < largest))
      continue;
    best = part;
    bestCovered = covered;
  }
  return best;
}

std::optional<Strip> chooseStrip(const StripProblem &problem) {
  const auto fits = [&](int64_t pixels, int64_t rows) {
    return problem.getBytes(pixels, rows) <= maxStripBytes;
  };
  if (fits(problem.rowPixels, 1)) {
    int64_t rows = 1;
    while (rows < problem.rows && fits(problem.rowPixels, rows + 1))
      ++rows;
    return Strip{problem.rowPixels,
                 choosePart(problem.rows, 1, rows, problem.exact)};
  }
  int64_t pixels = 0;
  while (pixels + problem.tilePixels < problem.rowPixels &&
         fits(pixels + problem.tilePixels, 1))
    pixels += problem.tilePixels;
  if (pixels == 0)
    return std::nullopt;
  return Strip{
      choosePart(problem.rowPixels, problem.tilePixels, pixels, problem.exact),
      1};
}

} // namespace bnopt
