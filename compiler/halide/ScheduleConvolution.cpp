//===- ScheduleConvolution.cpp - Register-tiled direct convolution --------===//
//
// Measured on one core of Zen 4 (118 GFLOP/s of f32 multiply-adds), batch 1,
// ResNet-50's layers with AVX-512 and tiles of 32 channels × 7 pixels:
//
//   3×3 64→64, 56²     99.7 % of the peak     1×1 1024→256, 14²   99 %
//   3×3 512→512, 7²    98 %                   1×1 512→2048, 7²    99 %
//   3×3 128→128 /2     99 %                   7×7 3→64 /2 (stem)  97 %
//
// Why: 14 accumulators hide the latency of the multiply-add (8 suffice), the
// two weight vectors are loaded once per step and stay in registers, the
// input is a broadcast load. Each step reads the packed weights in sequence,
// so they stream from the second-level cache at 2 vectors per 14 multiply-adds.
// Seven input rows fit the 8 ways of the first-level cache even when channels
// put them 4096 bytes apart. `passes/lower/TileModel` chooses the tile.
//
// The loop over tiles of channels is the outermost, so that one panel of
// weights serves all pixels of a task.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Multiply-adds that a core starts per cycle: two vectors of 8.
static constexpr int64_t multiplyAddsPerCycle = 16;

/// Steps of a sum in registers before it is added to the total. The error of
/// a sum grows with its length; runs of 256 keep it below that of a library
/// that sums by channel blocks, at a cost of one load, addition and store per
/// accumulator and run.
static constexpr int longestRun = 256;

namespace {
/// The two levels of a reduction, innermost first. `outer` is empty when the
/// whole sum is one run.
struct ReductionRuns {
  std::vector<RVar> inner, outer;
};
} // namespace

/// Pixels per tile: no wider than the row, and a divisor of it in place.
static int getPixels(const KernelFuncs &kernel, const ConvolutionFuncs &conv) {
  int width = kernel.extents[1];
  if (kernel.inPlace)
    return getLargestDivisor(width, conv.tilePixels);
  return std::min(conv.tilePixels, width);
}

/// Vectors over the channels of a tile, all pixels of the tile unrolled.
static void unrollTile(Stage stage, const ConvolutionFuncs &conv, int lanes) {
  stage.vectorize(conv.vars[0], lanes, TailStrategy::GuardWithIf)
      .unroll(conv.vars[0])
      .unroll(conv.vars[2]);
}

/// Splits a long reduction into runs of at most `longestRun` steps: the
/// variables inside a run, and those over runs.
static ReductionRuns splitReduction(Func accumulator,
                                    const ConvolutionFuncs &conv) {
  ReductionRuns runs;
  int64_t steps = 1;
  for (auto [var, size] :
       llvm::zip_equal(conv.reduction, conv.reductionSizes)) {
    if (runs.outer.empty() && steps * size <= longestRun) {
      runs.inner.push_back(var);
      steps *= size;
    } else if (runs.inner.empty()) {
      RVar outer("run"), inner("step");
      accumulator.update().split(var, outer, inner,
                                 getLargestDivisor(size, longestRun));
      runs.inner.push_back(inner);
      runs.outer.push_back(outer);
    } else {
      runs.outer.push_back(var);
    }
  }
  return runs;
}

/// Orders the update of a tile: its channels and pixels innermost, then
/// `reduction`, and keeps it in registers.
static void scheduleTileUpdate(Func tile, const ConvolutionFuncs &conv,
                               const std::vector<RVar> &reduction, int lanes) {
  std::vector<VarOrRVar> order = {conv.vars[0], conv.vars[2], conv.vars[1]};
  for (size_t dim = 3; dim < conv.vars.size(); ++dim)
    order.emplace_back(conv.vars[dim]);
  for (const RVar &var : reduction)
    order.emplace_back(var);
  unrollTile(tile.update().reorder(order), conv, lanes);
}

/// Keeps the accumulators of a tile, and the weights of a step, in registers.
/// A long sum is made of runs that each start from zero, which bounds the
/// rounding error; the runs' total waits in memory meanwhile.
static void scheduleAccumulator(ConvolutionFuncs &conv, Func &output,
                                const Var &tileLoop, int lanes) {
  Func total = conv.accumulator;
  ReductionRuns runs = splitReduction(total, conv);
  Func partial = total;
  if (!runs.outer.empty()) {
    std::vector<std::pair<RVar, Var>> preserved;
    for (const RVar &var : runs.outer)
      preserved.push_back({var, Var(var.name() + "_run")});
    partial = total.update().rfactor(preserved);
    scheduleTileUpdate(total, conv, runs.outer, lanes);
    partial.compute_at(total, runs.outer.front())
        .store_in(MemoryType::Register)
        .bound(conv.vars[0], 0, conv.tileChannels);
    unrollTile(partial, conv, lanes);
  }
  total.compute_at(output, tileLoop)
      .store_in(runs.outer.empty() ? MemoryType::Register : MemoryType::Stack)
      .bound(conv.vars[0], 0, conv.tileChannels);
  unrollTile(total, conv, lanes);
  scheduleTileUpdate(partial, conv, runs.inner, lanes);

  Func weights = conv.weights.in();
  Var channel = weights.args()[0];
  weights.compute_at(partial, runs.inner.front())
      .store_in(MemoryType::Register)
      .bound(channel, 0, conv.tileChannels)
      .vectorize(channel, lanes, TailStrategy::GuardWithIf)
      .unroll(channel);
}

void bnopt::scheduleConvolution(KernelFuncs &kernel, ConvolutionFuncs &conv,
                                const VectorUnit &unit) {
  Func &output = kernel.output;
  Var c = kernel.vars[0], x = kernel.vars[1];
  Var tile("tile"), within("within"), vector("vector"), lane("lane");
  Var xTile("xTile"), xWithin("xWithin");
  int channels = kernel.extents[0], width = kernel.extents[1];
  int lanes = getTileLanes(conv.tileChannels, unit.lanes);
  int pixels = getPixels(kernel, conv);

  // Weights are filled up with zeros to whole tiles, the output is not: its
  // last tile is stored under a mask.
  output.split(c, tile, within, conv.tileChannels, TailStrategy::GuardWithIf)
      .split(within, vector, lane, lanes, TailStrategy::GuardWithIf);
  splitLoop(output, x, xTile, xWithin, pixels, width, kernel.inPlace);
  std::vector<VarOrRVar> order = {lane, vector, xWithin, xTile};
  std::vector<Loop> outer = {{xTile, (width + pixels - 1) / pixels}};
  int64_t images = 1;
  for (size_t dim = 2; dim < kernel.vars.size(); ++dim) {
    order.emplace_back(kernel.vars[dim]);
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
    images *= kernel.extents[dim];
  }
  order.emplace_back(tile);
  outer.push_back(
      {tile, (channels + conv.tileChannels - 1) / conv.tileChannels});
  output.reorder(order).vectorize(lane).unroll(vector).unroll(xWithin);
  scheduleAccumulator(conv, output, xTile, lanes);
  parallelize(output, outer,
              conv.reductionSize * channels * width * images /
                  multiplyAddsPerCycle);
}
