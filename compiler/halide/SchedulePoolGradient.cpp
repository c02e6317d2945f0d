//===- SchedulePoolGradient.cpp - Gradients of max pools ------------------===//
//
// Bound by memory, if each window is searched about once: the winners of all
// windows that a strip of rows belongs to are found first and kept in cache, a
// byte each. Vectors over a block of channels, which is the outermost loop of
// an image, so that the winners of a strip are few.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int vectorsPerBlock = 4;

/// Windows up to 3×3 are unrolled, so that their addresses are constants.
static constexpr int64_t maximumUnrolledWindow = 9;

/// Winners of a strip: half of the first-level cache.
static constexpr int64_t maximumStripBytes = 16 << 10;

static constexpr int64_t elementsPerCycle = 8;

/// A loop over taps or windows inside a vector of channels.
static void scheduleSum(Func func, const std::vector<Var> &vars,
                        const std::vector<Halide::RVar> &domain, int64_t size,
                        int lanes) {
  func.store_in(MemoryType::Register)
      .vectorize(vars[0], lanes, TailStrategy::GuardWithIf)
      .unroll(vars[0]);
  std::vector<VarOrRVar> order(vars.begin(), vars.end());
  order.insert(order.end(), domain.begin(), domain.end());
  Stage update = func.update();
  update.reorder(order)
      .vectorize(vars[0], lanes, TailStrategy::GuardWithIf)
      .unroll(vars[0]);
  if (size <= maximumUnrolledWindow)
    for (const Halide::RVar &var : domain)
      update.unroll(var);
}

void bnopt::scheduleMaxPoolGradient(KernelFuncs &kernel,
                                    MaxPoolGradientFuncs &pool,
                                    const VectorUnit &unit) {
  Func &output = kernel.output;
  const int channels = kernel.extents[0];
  const int lanes =
      getLanes(channels, static_cast<int>(unit.lanes), kernel.inPlace);
  const int vectors =
      getLargestDivisor(std::max(1, channels / lanes), vectorsPerBlock);
  // Strips are cut from the outermost spatial dimension.
  const size_t rowDim = pool.strides.size();
  const int rowStride = pool.strides.back();
  const int rows = kernel.extents[rowDim];
  int64_t rowBytes = static_cast<int64_t>(lanes) * vectors;
  for (size_t dim = 1; dim < rowDim; ++dim)
    rowBytes *= kernel.extents[dim] / pool.strides[dim - 1] + 1;
  const int stripWindows =
      static_cast<int>(std::max<int64_t>(1, maximumStripBytes / rowBytes));
  const int stripRows = std::min(rows, stripWindows * rowStride);

  Var block("block"), within("within"), vector("vector"), lane("lane");
  Var strip("strip"), inStrip("inStrip");
  splitLoop(output, kernel.vars[0], block, within, lanes * vectors, channels,
            kernel.inPlace);
  output.split(within, vector, lane, lanes, TailStrategy::GuardWithIf)
      .split(kernel.vars[rowDim], strip, inStrip, stripRows,
             TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {lane, vector};
  int64_t elements = channels;
  for (size_t dim = 1; dim < rowDim; ++dim)
    order.emplace_back(kernel.vars[dim]);
  order.emplace_back(inStrip);
  std::vector<Loop> outer = {
      {strip, (rows + stripRows - 1) / stripRows},
      {block, (channels + lanes * vectors - 1) / (lanes * vectors)}};
  for (size_t dim = rowDim + 1; dim < kernel.vars.size(); ++dim)
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  for (size_t dim = 1; dim < kernel.vars.size(); ++dim)
    elements *= kernel.extents[dim];
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  output.reorder(order).vectorize(lane).unroll(vector);

  Var innermost = rowDim > 1 ? kernel.vars[1] : inStrip;
  pool.window.accumulator.compute_at(output, innermost);
  scheduleSum(pool.window.accumulator, pool.window.vars, pool.window.window,
              pool.window.windowSize, lanes);
  Func winner = pool.winner;
  Var c = winner.args()[0], cBlock("cBlock"), cLane("cLane");
  winner.compute_at(output, strip)
      .store_in(MemoryType::Register)
      .vectorize(c, lanes, TailStrategy::GuardWithIf);
  pool.search.compute_at(winner, winner.args()[1]);
  scheduleSum(pool.search, winner.args(), pool.taps, pool.numTaps, lanes);
  parallelize(output, outer,
              elements * (pool.window.windowSize + pool.numTaps) /
                  elementsPerCycle);
}
