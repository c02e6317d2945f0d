//===- ScheduleWeightGradient.cpp - Gradients of convolutions' weights ----===//
//
// A register tile is some vectors of output channels by some input channels of
// one tap: each pixel of a run loads its vectors of the output's gradient and
// broadcasts its inputs (4 + 4 loads for 16 multiply-adds with AVX-512). The
// sums of a run of up to 128 pixels stay in registers and are then added to
// their totals. All taps and input channels of a block go over the rows of one
// run, which stay in the second-level cache, before the next run comes; the
// totals of a block stay there, too. So each image is read once per block of
// totals, and once in all where the weights are few.
//
// What a tile reads of a run of the output's gradient is copied, so that it
// lies dense in the first-level cache. Rows of input channels are short and far
// apart, which the processor does not fetch ahead: each run asks for what the
// next one reads, beside its multiplications, into the second-level cache,
// since the first holds the run itself. Measured on two cores, batch 32,
// pointwise: 512→128, 28², 22 to 13 ms, 256→128, 56², 42 to 26 ms.
//
// An input that is computed while it is loaded (what a normalization and its
// activation made for the convolution) is computed once per run and block, into
// that cache, vectors over its channels; so is the output's gradient (that of
// a normalization's input) where it is copied.
//
// Depthwise, the input is a vector, too, and a register tile is all taps.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"
#include "passes/lower/StripModel.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int64_t multiplyAddsPerCycle = 16;

/// Totals that stay in the second-level cache beside the rows of a run; so does
/// what a run reads, where that is computed.
static constexpr int64_t maximumBlockBytes = maxStripBytes;

/// What is read so often is worth a copy that lies dense: rows whose channels
/// are a power of two apart share few sets of the first-level cache.
static constexpr int leastReads = 8;

/// Taps whose sums are in registers together; more are a loop.
static constexpr int maximumUnrolledTaps = 9;

namespace {
class WeightGradientSchedule {
public:
  WeightGradientSchedule(KernelFuncs &kernel, WeightGradientFuncs &gradient,
                         const VectorUnit &unit)
      : kernel(kernel), gradient(gradient),
        lanes(
            static_cast<int>(getTileLanes(gradient.tileChannels, unit.lanes))),
        unitLanes(static_cast<int>(unit.lanes)), total(kernel.output.update()) {
    if (gradient.isDepthwise)
      lanes = getLanes(gradient.tileChannels, static_cast<int>(unit.lanes),
                       /*exact=*/true);
  }

  void scheduleDense();
  void scheduleDepthwise();

private:
  Var channel() const { return kernel.vars[0]; }
  Var input() const { return kernel.vars[1]; }
  int numTaps() const;
  /// The sums of a run, with `inner` of them in registers.
  void scheduleRun(const Var &at, const std::vector<Var> &inner);
  /// Copies what a run reads of the output's gradient.
  void stageOutputGradient();
  /// Asks for what the next run reads of the input.
  void prefetchInput();
  /// Shares the loops of the totals, innermost first, between threads.
  void distribute(const std::vector<Loop> &loops);

  KernelFuncs &kernel;
  WeightGradientFuncs &gradient;
  int lanes, unitLanes;
  Stage total;
};
} // namespace

int WeightGradientSchedule::numTaps() const {
  int taps = 1;
  for (int dim = 0; dim < gradient.windowDims; ++dim)
    taps *= kernel.extents[2 + dim];
  return taps;
}

void WeightGradientSchedule::scheduleRun(const Var &at,
                                         const std::vector<Var> &inner) {
  Func run = gradient.run;
  run.compute_at(kernel.output, at).store_in(MemoryType::Register);
  std::vector<VarOrRVar> order(inner.begin(), inner.end());
  for (const Var &var : gradient.vars)
    if (std::none_of(inner.begin(), inner.end(), [&](const Var &other) {
          return other.name() == var.name();
        }))
      order.emplace_back(var);
  order.emplace_back(run.args().back());
  const auto unroll = [&](Stage stage) {
    stage.vectorize(inner.front(), lanes, TailStrategy::GuardWithIf);
    for (const Var &var : inner)
      stage.unroll(var);
  };
  unroll(Stage(run).reorder(order));
  for (size_t dim = 0; dim < gradient.reduction.size(); ++dim)
    order.insert(order.begin() + static_cast<long>(inner.size() + dim),
                 gradient.reduction[dim]);
  unroll(run.update().reorder(order));
}

void WeightGradientSchedule::distribute(const std::vector<Loop> &loops) {
  const int64_t work = gradient.reductionSize * countElements(kernel);
  Var task = loops.front().var;
  for (size_t i = 1; i < loops.size(); ++i) {
    Var fused("task" + std::to_string(i));
    total.fuse(task, loops[i].var, fused);
    task = fused;
  }
  if (work / multiplyAddsPerCycle >= parallelCycles)
    total.parallel(task);
}

void WeightGradientSchedule::stageOutputGradient() {
  Func staged = gradient.outputGradient;
  computeOnStack(staged, kernel.output, gradient.runs, lanes);
  const int64_t tiles = kernel.extents[2 + gradient.windowDims];
  if (isPrefetchedBeside(gradient.reductionSize * tiles *
                         gradient.tileChannels))
    prefetchBeside(kernel, staged, staged.args()[1].name(),
                   static_cast<int>(gradient.runPixels), gradient.run);
}

void WeightGradientSchedule::prefetchInput() {
  const bool isComputed = gradient.load.defined();
  if (isComputed ? !isPrefetchedBeside(gradient.inputElements)
                 : !isPrefetched(gradient.inputElements))
    return;
  int64_t distance = gradient.runPixels;
  for (int stride : gradient.strides)
    distance *= stride;
  if (isComputed)
    prefetchBeside(kernel, gradient.load, gradient.load.args()[1].name(),
                   static_cast<int>(distance), gradient.run);
  else
    prefetchLoop(kernel, gradient.run, 1, gradient.reduction.front().name(),
                 static_cast<int>(distance / gradient.strides.front()),
                 gradient.input);
}

void WeightGradientSchedule::scheduleDense() {
  const int inputs = kernel.extents[1];
  const int64_t inputBytes = static_cast<int64_t>(gradient.tileChannels) *
                             numTaps() * static_cast<int64_t>(sizeof(float));
  const int tiles = inputs / gradient.tileInputs;
  const int64_t bytesPerInput =
      gradient.load.defined()
          ? std::max(inputBytes,
                     gradient.loadPixels * static_cast<int64_t>(sizeof(float)))
          : inputBytes;
  const int tilesPerBlock = getLargestDivisor(
      tiles,
      static_cast<int>(std::max<int64_t>(
          1, maximumBlockBytes / (bytesPerInput * gradient.tileInputs))));
  Var block("block"), tile("inputTile"), inTile("inTile"), inBlock("inBlock");
  total
      .split(input(), block, inBlock, tilesPerBlock * gradient.tileInputs,
             TailStrategy::GuardWithIf)
      .split(inBlock, tile, inTile, gradient.tileInputs,
             TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {channel(), inTile, tile};
  for (int dim = 0; dim < gradient.windowDims; ++dim)
    order.emplace_back(kernel.vars[2 + dim]);
  order.emplace_back(gradient.runs);
  std::vector<Loop> outer = {{block, tiles / tilesPerBlock}};
  for (size_t dim = 2 + gradient.windowDims; dim < kernel.vars.size(); ++dim)
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  total.reorder(order)
      .vectorize(channel(), lanes, TailStrategy::GuardWithIf)
      .unroll(channel())
      .unroll(inTile);
  distribute(outer);
  scheduleRun(tile, {gradient.vars[0], gradient.vars[1]});
  const int64_t runBytes = gradient.runPixels * gradient.tileChannels *
                           static_cast<int64_t>(sizeof(float));
  if ((gradient.computesGradient || numTaps() * tilesPerBlock >= leastReads) &&
      runBytes <= maximumBlockBytes)
    stageOutputGradient();
  prefetchInput();
  kernel.prefetchLevel = 2;
  if (gradient.load.defined())
    computeOnStack(gradient.load, kernel.output, gradient.runs,
                   getLanes(tilesPerBlock * gradient.tileInputs, unitLanes,
                            /*exact=*/false));
}

void WeightGradientSchedule::scheduleDepthwise() {
  // One input channel per output channel; the inner taps are in registers.
  Var block("block"), lane("lane");
  total.split(channel(), block, lane, lanes, TailStrategy::GuardWithIf);
  std::vector<Var> inner = {gradient.vars[0]};
  std::vector<Var> unrolled;
  std::vector<VarOrRVar> order = {lane};
  int taps = 1;
  int dim = 0;
  for (; dim < gradient.windowDims; ++dim) {
    if (taps * kernel.extents[2 + dim] > maximumUnrolledTaps)
      break;
    taps *= kernel.extents[2 + dim];
    inner.push_back(gradient.vars[2 + dim]);
    unrolled.push_back(kernel.vars[2 + dim]);
    order.emplace_back(kernel.vars[2 + dim]);
  }
  order.emplace_back(input());
  for (; dim < gradient.windowDims; ++dim)
    order.emplace_back(kernel.vars[2 + dim]);
  order.emplace_back(gradient.runs);
  std::vector<Loop> outer = {{block, kernel.extents[0] / lanes}};
  for (size_t other = 2 + gradient.windowDims; other < kernel.vars.size();
       ++other)
    outer.push_back({kernel.vars[other], kernel.extents[other]});
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  total.reorder(order).vectorize(lane);
  for (const Var &var : unrolled)
    total.unroll(var);
  distribute(outer);
  scheduleRun(input(), inner);
}

void bnopt::scheduleWeightGradient(KernelFuncs &kernel,
                                   WeightGradientFuncs &gradient,
                                   const VectorUnit &unit) {
  WeightGradientSchedule schedule(kernel, gradient, unit);
  if (gradient.isDepthwise)
    schedule.scheduleDepthwise();
  else
    schedule.scheduleDense();
}
