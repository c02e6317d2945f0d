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
// weights serves all pixels of a task. Where the input does not fit in the
// second-level cache, it would be read from memory once for each panel: strips
// of pixels that do fit are outside instead, as long as panels stay in that
// cache, too. So they are where the input is computed while it is loaded
// (normalization and activation above the convolution): that of a strip is
// computed once, vectors over its channels, into that cache; what the next one
// is computed of is asked for meanwhile. Measured on two cores, batch 32: 1×1
// 256→128, 56², 43 to 28 ms; 512→128, 28², 18 to 13 ms; the gradient of the
// input of 128→512, 28², of a normalization's gradient, 17 to 13.5 ms.
//
// Where statistics of runs are taken, a run of pixels is computed tile by tile
// into the first-level cache, its sums are taken from there, and it is stored.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/ScheduleConvolution.h"

#include "compiler/halide/ConvolutionStrips.h"
#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

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

/// Pixels per tile: no wider than the row or run, and a divisor of it in place.
static int getPixels(const KernelFuncs &kernel, const ConvolutionFuncs &conv) {
  int width = kernel.runs ? kernel.runs->length : kernel.extents[1];
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

void bnopt::scheduleAccumulator(ConvolutionFuncs &conv, Func &output,
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

  // Of several phases each holds weights of its own.
  Func weights = conv.weights.in(partial);
  Var channel = weights.args()[0];
  weights.compute_at(partial, runs.inner.front())
      .store_in(MemoryType::Register)
      .bound(channel, 0, conv.tileChannels)
      .vectorize(channel, lanes, TailStrategy::GuardWithIf)
      .unroll(channel);
}

bool bnopt::isStreamedByTiles(const KernelFuncs &kernel, int tileChannels) {
  return isWrittenPastCaches(kernel, 0) &&
         kernel.extents[0] % tileChannels == 0 &&
         tileChannels * kernel.output.type().bytes() % cacheLineBytes == 0;
}

namespace {
/// Loops around the tiles of a convolution, or around runs of them.
struct TileLoops {
  /// All loops of the result, innermost first.
  std::vector<VarOrRVar> order;
  /// Those that may be shared out between threads, innermost first.
  std::vector<Loop> outer;
};

/// A result of the kernel, of which a pixel stands for so many of the output.
struct TiledResult {
  Func func;
  int pixels = 1;
};

/// The loops inside a tile, and over tiles.
struct TileVars {
  Var tile{"tile"}, within{"within"}, vector{"vector"}, lane{"lane"};
  Var xStrip{"xStrip"}, xTile{"xTile"}, xWithin{"xWithin"};
  Var tileOfBlock{"tileOfBlock"};
};
} // namespace

/// Parts of `size` in `extent`, the last of which may be smaller.
static int getNumParts(int64_t extent, int64_t size) {
  return static_cast<int>(llvm::divideCeil(extent, size));
}

/// One panel of weights serves all pixels of a task.
static TileLoops orderByPanel(TiledResult &result, const KernelFuncs &kernel,
                              const ConvolutionFuncs &conv,
                              const TileVars &vars, int pixels) {
  const int width = kernel.extents[1];
  splitLoop(result.func, kernel.vars[1], vars.xTile, vars.xWithin,
            pixels / result.pixels, width / result.pixels, kernel.inPlace);
  TileLoops loops;
  loops.order = {vars.lane, vars.vector, vars.xWithin, vars.xTile};
  loops.outer = {{vars.xTile, getNumParts(width, pixels)}};
  for (size_t dim = 2; dim < kernel.vars.size(); ++dim) {
    loops.order.emplace_back(kernel.vars[dim]);
    loops.outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  }
  loops.order.emplace_back(vars.tile);
  loops.outer.push_back({vars.tile, getNumTiles(kernel, conv)});
  return loops;
}

/// Blocks of output channels that compute the input of a strip again each: so
/// many that all threads have one where strips are few, and so few that what is
/// computed again takes a few per cent of the time.
static int getNumBlocks(int numTiles, int tileChannels, int64_t numStrips) {
  constexpr int leastChannels = 128;
  const int tilesPerBlock = getNumParts(leastChannels, tileChannels);
  const int64_t wanted = minimumTasks / std::max<int64_t>(numStrips, 1);
  return getLargestDivisor(
      numTiles, static_cast<int>(std::clamp<int64_t>(
                    wanted, 1, std::max(1, numTiles / tilesPerBlock))));
}

/// Whether all tiles of channels of a run come before the next run, as long as
/// a panel of weights stays in the first-level cache for the run: what is read
/// and written of the pixels beside the input then lies together, which the
/// processor fetches ahead.
static bool areTilesInside(const KernelFuncs &kernel,
                           const ConvolutionFuncs &conv) {
  constexpr int64_t mostBytes = 24 << 10;
  return kernel.runs && conv.reductionSize * conv.tileChannels *
                                static_cast<int64_t>(sizeof(float)) <=
                            mostBytes;
}

/// All output channels of one strip of pixels, or of a block of them, whose
/// input is computed before. Panels of weights are read once per strip.
static TileLoops orderByStrip(TiledResult &result, const KernelFuncs &kernel,
                              const ConvolutionFuncs &conv, const Strip &strip,
                              const TileVars &vars, int pixels) {
  Func &output = result.func;
  const int stripPixels = static_cast<int>(strip.pixels);
  const int stripRows = static_cast<int>(strip.rows);
  Var inStrip("inStrip"), block("block");
  splitLoop(output, kernel.vars[1], vars.xStrip, inStrip,
            stripPixels / result.pixels, kernel.extents[1] / result.pixels,
            kernel.inPlace);
  splitLoop(output, inStrip, vars.xTile, vars.xWithin, pixels / result.pixels,
            stripPixels / result.pixels, kernel.inPlace);
  TileLoops loops;
  loops.order = {vars.lane, vars.vector, vars.xWithin};
  const bool tilesInside = areTilesInside(kernel, conv);
  if (tilesInside)
    loops.order.emplace_back(vars.tileOfBlock);
  loops.order.emplace_back(vars.xTile);
  loops.outer = {{vars.xStrip, getNumParts(kernel.extents[1], stripPixels)}};
  size_t dim = 2;
  if (conv.input.window.size() > 1) {
    Var yStrip("yStrip"), yInside("yInside");
    splitLoop(output, kernel.vars[2], yStrip, yInside, stripRows,
              kernel.extents[2], kernel.inPlace);
    loops.order.emplace_back(yInside);
    loops.outer.push_back({yStrip, getNumParts(kernel.extents[2], stripRows)});
    ++dim;
  }
  for (; dim < kernel.vars.size(); ++dim)
    loops.outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  int64_t numStrips = 1;
  for (const Loop &loop : loops.outer)
    numStrips *= loop.extent;

  const int numTiles = getNumTiles(kernel, conv);
  const int numBlocks =
      conv.input.load.defined()
          ? getNumBlocks(numTiles, conv.tileChannels, numStrips)
          : getNumWeightBlocks(conv.reductionSize * conv.tileChannels,
                               numTiles);
  output.split(vars.tile, block, vars.tileOfBlock, numTiles / numBlocks,
               TailStrategy::GuardWithIf);
  if (!tilesInside)
    loops.order.emplace_back(vars.tileOfBlock);
  loops.outer.push_back({block, numBlocks});
  for (const Loop &loop : loops.outer)
    loops.order.emplace_back(loop.var);
  return loops;
}

/// Computes the input of a strip before all else in it. What the next strip
/// loads is asked for while this one is multiplied.
static void scheduleLoad(KernelFuncs &kernel, const ConvolutionFuncs &conv,
                         const Strip &strip, const Var &loop, int lanes) {
  const ConvolutionInput &input = conv.input;
  const int channels = static_cast<int>(input.channels);
  Func func = input.load;
  computeOnStack(func, kernel.output, loop,
                 getLanes(channels, lanes, /*exact=*/false));
  if (!isPrefetchedBeside(input.elements))
    return;
  int64_t pixels = strip.pixels * strip.rows;
  for (const WindowSteps &steps : input.window)
    pixels *= steps.stride;
  prefetchBeside(kernel, func, func.args()[1].name(), static_cast<int>(pixels),
                 conv.accumulator);
}

/// Computes a run of pixels, tile by tile, and its sums, before it is stored.
static void scheduleRun(const Func &output, RunFuncs &runs,
                        ConvolutionFuncs &conv, const TileVars &vars,
                        const Var &at, int pixels, int lanes) {
  Func values = runs.values;
  const std::vector<Var> args = values.args();
  Var xTile("xTileOfRun"), xWithin("xWithinRun"), vector("vectorOfRun");
  values.compute_at(output, at).store_in(MemoryType::Stack);
  values.split(args[0], vector, vars.lane, lanes, TailStrategy::GuardWithIf);
  splitLoop(values, args[1], xTile, xWithin, pixels, runs.length,
            /*exact=*/false);
  values.reorder({vars.lane, vector, xWithin, xTile})
      .vectorize(vars.lane)
      .unroll(vector)
      .unroll(xWithin);
  scheduleAccumulator(conv, values, xTile, lanes);

  for (auto [sums, step] : runs.sums) {
    const Var channel = sums.args()[0];
    sums.compute_at(output, at)
        .store_in(MemoryType::Register)
        .vectorize(channel, lanes, TailStrategy::GuardWithIf)
        .unroll(channel);
    sums.update()
        .reorder({VarOrRVar(channel), VarOrRVar(step)})
        .vectorize(channel, lanes, TailStrategy::GuardWithIf)
        .unroll(channel);
  }
}

/// How loops are shared out: of a fused one, Halide does not know the bounds
/// where results are computed together, or strips overlap.
static Tasks getTasks(const KernelFuncs &kernel, bool hasStrips) {
  if (kernel.runs)
    return Tasks::Nested;
  return hasStrips ? Tasks::InnermostApart : Tasks::Fused;
}

void bnopt::scheduleConvolution(KernelFuncs &kernel, ConvolutionFuncs &conv,
                                const VectorUnit &unit) {
  const TileVars vars;
  const int lanes = getTileLanes(conv.tileChannels, unit.lanes);
  const int pixels = getPixels(kernel, conv);
  const int step = kernel.runs ? kernel.runs->length : pixels;
  const int64_t elements = countElements(kernel);
  const int64_t cycles = conv.reductionSize * elements / multiplyAddsPerCycle;

  const std::optional<Strip> strip = getStrip(kernel, conv, step);
  const Var &at =
      strip && areTilesInside(kernel, conv) ? vars.tileOfBlock : vars.xTile;
  std::vector<TiledResult> results = {{kernel.output, 1}};
  if (kernel.runs)
    for (const Func &result : kernel.vectors)
      results.push_back({result, kernel.runs->length});
  for (auto [index, result] : llvm::enumerate(results)) {
    // Weights are filled up with zeros to whole tiles, the output is not: its
    // last tile is stored under a mask.
    result.func
        .split(kernel.vars[0], vars.tile, vars.within, conv.tileChannels,
               TailStrategy::GuardWithIf)
        .split(vars.within, vars.vector, vars.lane, lanes,
               TailStrategy::GuardWithIf);
    const TileLoops loops =
        strip ? orderByStrip(result, kernel, conv, *strip, vars, step)
              : orderByPanel(result, kernel, conv, vars, step);
    result.func.reorder(loops.order).vectorize(vars.lane).unroll(vars.vector);
    parallelize(result.func, loops.outer, cycles,
                getTasks(kernel, strip.has_value()));
    if (index > 0)
      result.func.compute_with(kernel.output, at);
  }

  if (kernel.runs) {
    scheduleRun(kernel.output, *kernel.runs, conv, vars, at, pixels, lanes);
  } else {
    kernel.output.unroll(vars.xWithin);
    scheduleAccumulator(conv, kernel.output, vars.xTile, lanes);
  }
  if (conv.input.load.defined())
    scheduleLoad(kernel, conv, *strip, vars.xStrip,
                 static_cast<int>(unit.lanes));
  // What is added to the result, or decides on its gradient, is as large.
  if (isPrefetched(elements))
    prefetchLoop(kernel, kernel.output, 0, at.name(), 1);
  kernel.streams = isStreamedByTiles(kernel, conv.tileChannels);
}
