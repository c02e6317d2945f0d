//===- AlgorithmConvolution.h - Channels, tiles and packed weights --------===//
//
// What convolutions and their gradients have in common.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_ALGORITHMCONVOLUTION_H
#define BNOPT_COMPILER_HALIDE_ALGORITHMCONVOLUTION_H

#include "compiler/halide/KernelFuncs.h"
#include "dialect/Kernel/KernelOps.h"

#include "Halide.h"

#include <optional>
#include <vector>

namespace bnopt {

/// The tile of an argument's packed weights, if it is one and they are.
std::optional<int64_t> getPackedTile(kernel::FuncOp kernel,
                                     std::optional<unsigned> argument);

/// Pixels of the register tile that the schedule of `kernel` asks for.
int getTilePixels(kernel::FuncOp kernel);

/// Variables (c, t, x, y, …, n) of an accumulator for `imageVars` (c, x, …, n).
std::vector<Halide::Var>
getAccumulatorVars(const std::vector<Halide::Var> &imageVars);

/// The arguments that select image element (c, …) in an accumulator with
/// tiles of `tile` of `channels` channels.
std::vector<Halide::Expr> selectTile(const std::vector<Halide::Var> &imageVars,
                                     int64_t channels, int64_t tile);

/// How the channels of a convolution are connected.
struct ChannelGroups {
  int64_t outputs, groups;
  int groupInputs;
};

/// The input channel that reduction step `r` of `channel`, in `tile`, reads.
Halide::Expr getInputChannel(const ChannelGroups &channels,
                             const Halide::Expr &channel,
                             const Halide::Expr &tile, int64_t tileChannels,
                             const Halide::Expr &r);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_ALGORITHMCONVOLUTION_H
