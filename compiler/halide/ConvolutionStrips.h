//===- ConvolutionStrips.h - Strips in which inputs are swept -------------===//
//
// A convolution sweeps its input once for each tile of output channels. One
// that no cache holds as a whole is swept in strips of pixels, which stay in
// the second-level cache for all tiles, or for as many as have their weights
// there, too.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_CONVOLUTIONSTRIPS_H
#define BNOPT_COMPILER_HALIDE_CONVOLUTIONSTRIPS_H

#include "compiler/halide/KernelFuncs.h"

namespace bnopt {

/// Tiles of output channels.
int getNumTiles(const KernelFuncs &kernel, const ConvolutionFuncs &conv);

/// Blocks that `numTiles` tiles of output channels, with so many weights each,
/// are divided into, so that the weights of one stay in the second-level cache
/// beside the input of a strip.
int getNumWeightBlocks(int64_t tileWeights, int numTiles);

/// The strips in which an input that lies in memory is swept `stripSweeps`
/// times, if that is less often than `sweeps` and no cache holds it as a whole.
std::optional<Strip> chooseMemoryStrip(const ConvolutionFuncs &conv,
                                       const StripProblem &problem, int sweeps,
                                       int stripSweeps);

/// The strips of a convolution that computes its input, or sweeps it less often
/// so; of tiles or runs of so many pixels.
std::optional<Strip> getStrip(const KernelFuncs &kernel,
                              const ConvolutionFuncs &conv, int pixels);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_CONVOLUTIONSTRIPS_H
