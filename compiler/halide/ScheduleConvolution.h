//===- ScheduleConvolution.h - Register tiles of convolutions -------------===//

#ifndef BNOPT_COMPILER_HALIDE_SCHEDULECONVOLUTION_H
#define BNOPT_COMPILER_HALIDE_SCHEDULECONVOLUTION_H

#include "compiler/halide/KernelFuncs.h"

namespace bnopt {

/// Keeps the accumulators of a tile, and the weights of a step, in registers,
/// within `tileLoop` of `output`. A long sum is made of runs that each start
/// from zero, which bounds the rounding error; the runs' total waits in memory
/// meanwhile.
void scheduleAccumulator(ConvolutionFuncs &conv, Halide::Func &output,
                         const Halide::Var &tileLoop, int lanes);

/// The same without packed weights, or where channels share no input: vectors
/// of channels, all taps in loops.
void schedulePlainAccumulator(ConvolutionFuncs &conv, Halide::Func &output,
                              const Halide::Var &tileLoop);

/// Whether the output is written past the caches, by tiles of so many channels
/// that are whole cache lines.
bool isStreamedByTiles(const KernelFuncs &kernel, int tileChannels);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_SCHEDULECONVOLUTION_H
