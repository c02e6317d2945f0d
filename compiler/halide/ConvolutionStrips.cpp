//===- ConvolutionStrips.cpp - Strips in which inputs are swept -----------===//

#include "compiler/halide/ConvolutionStrips.h"

#include "passes/lower/TileModel.h"

#include <algorithm>

using namespace bnopt;

int bnopt::getNumTiles(const KernelFuncs &kernel,
                       const ConvolutionFuncs &conv) {
  return (kernel.extents[0] + conv.tileChannels - 1) / conv.tileChannels;
}

int bnopt::getNumWeightBlocks(int64_t tileWeights, int numTiles) {
  constexpr int64_t mostBytes = 512 << 10;
  const int64_t tileBytes = tileWeights * static_cast<int64_t>(sizeof(float));
  const int64_t tilesPerBlock =
      std::clamp<int64_t>(mostBytes / tileBytes, 1, numTiles);
  return numTiles /
         getLargestDivisor(numTiles, static_cast<int>(tilesPerBlock));
}

std::optional<Strip> bnopt::chooseMemoryStrip(const ConvolutionFuncs &conv,
                                              const StripProblem &problem,
                                              int sweeps, int stripSweeps) {
  constexpr int64_t cacheBytes = 1 << 20;
  const bool isGrouped = conv.input.channels > conv.reductionSizes.front();
  if (isGrouped || stripSweeps >= sweeps ||
      conv.input.elements * static_cast<int64_t>(sizeof(float)) <= cacheBytes)
    return std::nullopt;
  return chooseStrip(problem);
}

std::optional<Strip> bnopt::getStrip(const KernelFuncs &kernel,
                                     const ConvolutionFuncs &conv, int pixels) {
  const ConvolutionInput &input = conv.input;
  if (input.window.empty())
    return std::nullopt;
  std::vector<int64_t> extents(kernel.extents.begin() + 1,
                               kernel.extents.begin() + 1 +
                                   static_cast<long>(input.window.size()));
  StripProblem problem =
      StripProblem::get(input.channels, extents, input.window);
  problem.tilePixels = pixels;
  problem.exact = kernel.inPlace || kernel.runs;
  // Fusion has made sure that there is one. A kernel that was written by hand
  // may have none, and is refused for the memory that it takes.
  if (input.load.defined())
    return chooseStrip(problem).value_or(Strip{pixels, 1});
  const int numTiles = getNumTiles(kernel, conv);
  return chooseMemoryStrip(
      conv, problem, numTiles,
      getNumWeightBlocks(conv.reductionSize * conv.tileChannels, numTiles));
}
