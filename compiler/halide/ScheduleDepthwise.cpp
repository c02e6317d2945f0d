//===- ScheduleDepthwise.cpp - Convolutions without shared channels -------===//
//
// Depthwise: every output channel has one input channel, so there is nothing
// to broadcast; vectors run over channels, and all taps are unrolled, so that
// neighbouring pixels share the loaded inputs and all pixels of a tile share
// the weights. Bound by loads (about 2 FLOP per byte), not by multiply-adds:
// few pixels per tile suffice, and a row of one vector of channels (3 rows ×
// W × 64 bytes of input) stays in the first-level cache.
//
// Also the schedule of convolutions and products whose weights are not packed:
// computed right, at the speed of strided loads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleConvolution.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Pixels of a tile: with 3×3 taps at stride 1, 4 pixels load 18 inputs and 9
/// weights for 36 multiply-adds; more pixels gain little.
static constexpr int pixelsPerTile = 4;

/// Code for more taps than 7×7 is not unrolled.
static constexpr int64_t maximumUnrolledTaps = 49;

/// Elements of input that a core loads per cycle.
static constexpr int64_t elementsPerCycle = 8;

void bnopt::schedulePlainAccumulator(ConvolutionFuncs &conv, Func &output,
                                     const Var &tileLoop) {
  Func accumulator = conv.accumulator;
  accumulator.compute_at(output, tileLoop)
      .store_in(MemoryType::Register)
      .vectorize(conv.vars[0])
      .unroll(conv.vars[2]);
  std::vector<VarOrRVar> order = {conv.vars[0], conv.vars[2], conv.vars[1]};
  for (size_t dim = 3; dim < conv.vars.size(); ++dim)
    order.emplace_back(conv.vars[dim]);
  for (const Halide::RVar &var : conv.reduction)
    order.emplace_back(var);
  Stage update = accumulator.update();
  update.reorder(order).vectorize(conv.vars[0]).unroll(conv.vars[2]);
}

void bnopt::scheduleDepthwise(KernelFuncs &kernel, ConvolutionFuncs &conv,
                              const VectorUnit &unit) {
  Func &output = kernel.output;
  Var c = kernel.vars[0], x = kernel.vars[1];
  Var cTile("cTile"), lane("lane"), xTile("xTile"), xWithin("xWithin");
  int channels = kernel.extents[0], width = kernel.extents[1];
  // A vector must not cross from one tile of channels into the next.
  bool singleTile = conv.tileChannels >= channels;
  int lanes = getLanes(singleTile ? channels : conv.tileChannels, unit.lanes,
                       kernel.inPlace || !singleTile);
  int pixels = getLargestDivisor(width, pixelsPerTile);
  if (pixels == 1 && !kernel.inPlace)
    pixels = std::min(width, pixelsPerTile);

  splitLoop(output, c, cTile, lane, lanes, channels, kernel.inPlace);
  splitLoop(output, x, xTile, xWithin, pixels, width, kernel.inPlace);
  std::vector<VarOrRVar> order = {lane, xWithin, xTile, cTile};
  std::vector<Loop> outer = {{xTile, (width + pixels - 1) / pixels},
                             {cTile, (channels + lanes - 1) / lanes}};
  int64_t images = 1;
  for (size_t dim = 2; dim < kernel.vars.size(); ++dim) {
    order.emplace_back(kernel.vars[dim]);
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
    images *= kernel.extents[dim];
  }
  output.reorder(order).vectorize(lane).unroll(xWithin);
  schedulePlainAccumulator(conv, output, xTile);
  if (conv.isDepthwise && conv.reductionSize <= maximumUnrolledTaps)
    for (const Halide::RVar &var : conv.reduction)
      conv.accumulator.update().unroll(var);
  parallelize(output, outer,
              conv.reductionSize * channels * width * images /
                  elementsPerCycle);
}
