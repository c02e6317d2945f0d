//===- ScheduleReduction.cpp - Pools, reductions, softmax -----------------===//
//
// Vectors run over the contiguous dimension of the result (the channels); the
// reduction is a loop around them, its sums in registers. Bound by loads.
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

/// Independent sums: enough to hide the latency of an addition.
static constexpr int vectorsPerTile = 4;

/// Windows up to 3×3 are unrolled, so that their addresses are constants.
static constexpr int64_t maximumUnrolledWindow = 9;

/// A row of exponentials up to this size is stored instead of computed twice;
/// the stack slot stays within one page.
static constexpr int64_t maximumStoredRow = 1024;

static constexpr int64_t elementsPerCycle = 8;

namespace {
/// The tile that window and reduction kernels have in common: some vectors of
/// the contiguous dimension, one element of the others.
struct VectorTile {
  Var block = Var("block"), within = Var("within"), vector = Var("vector"),
      lane = Var("lane");
  size_t dim;
  int lanes;
  int64_t elements = 1;
  std::vector<Loop> outer;

  VectorTile(KernelFuncs &kernel, const VectorUnit &unit);
};
} // namespace

VectorTile::VectorTile(KernelFuncs &kernel, const VectorUnit &unit)
    : dim(getVectorDim(kernel)) {
  int extent = kernel.extents[dim];
  lanes = getLanes(extent, unit.lanes, kernel.inPlace);
  int vectors = std::max(1, std::min(vectorsPerTile, extent / lanes));
  if (kernel.inPlace)
    vectors = getLargestDivisor(extent / lanes, vectors);
  int step = lanes * vectors;
  splitLoop(kernel.output, kernel.vars[dim], block, within, step, extent,
            kernel.inPlace);
  kernel.output.split(within, vector, lane, lanes, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {lane, vector, block};
  outer = {{block, (extent + step - 1) / step}};
  for (size_t other = 0; other < kernel.vars.size(); ++other) {
    elements *= kernel.extents[other];
    if (other == dim)
      continue;
    order.emplace_back(kernel.vars[other]);
    outer.push_back({kernel.vars[other], kernel.extents[other]});
  }
  kernel.output.reorder(order).vectorize(lane).unroll(vector);
}

/// Sums of a tile in registers, the reduction around them.
static Stage scheduleSums(Func accumulator, const std::vector<Var> &vars,
                          const std::vector<Halide::RVar> &reduction,
                          const VectorTile &tile, Func &output) {
  Var v = vars[tile.dim];
  accumulator.compute_at(output, tile.block)
      .store_in(MemoryType::Register)
      .vectorize(v, tile.lanes, TailStrategy::GuardWithIf)
      .unroll(v);
  std::vector<VarOrRVar> order = {v};
  for (size_t dim = 0; dim < vars.size(); ++dim)
    if (dim != tile.dim)
      order.emplace_back(vars[dim]);
  for (const Halide::RVar &var : reduction)
    order.emplace_back(var);
  Stage update = accumulator.update();
  update.reorder(order)
      .vectorize(v, tile.lanes, TailStrategy::GuardWithIf)
      .unroll(v);
  return update;
}

void bnopt::scheduleWindow(KernelFuncs &kernel, WindowFuncs &window,
                           const VectorUnit &unit) {
  VectorTile tile(kernel, unit);
  Stage update = scheduleSums(window.accumulator, window.vars, window.window,
                              tile, kernel.output);
  if (window.windowSize <= maximumUnrolledWindow)
    for (const Halide::RVar &var : window.window)
      update.unroll(var);
  if (window.staged.defined()) {
    // One pixel's channels, on the stack.
    int other = tile.dim == 0 ? 1 : 0;
    window.staged.compute_at(kernel.output, kernel.vars[other])
        .store_in(MemoryType::Stack)
        .vectorize(window.staged.args()[0], static_cast<int>(unit.lanes));
  }
  parallelize(kernel.output, tile.outer,
              tile.elements * window.windowSize / elementsPerCycle);
}

void bnopt::scheduleReduction(KernelFuncs &kernel, ReductionFuncs &reduction,
                              const VectorUnit &unit) {
  if (kernel.vars.empty()) {
    reduction.accumulator.compute_root().store_in(MemoryType::Stack);
    return;
  }
  auto parts = scheduleParts(kernel, reduction, unit);
  VectorTile tile(kernel, unit);
  scheduleSums(reduction.accumulator, reduction.vars,
               parts.value_or(reduction.reduction), tile, kernel.output);
  if (!parts)
    parallelize(kernel.output, tile.outer,
                tile.elements * reduction.reductionSize / elementsPerCycle);
}

void bnopt::scheduleSoftmax(KernelFuncs &kernel, SoftmaxFuncs &softmax,
                            const VectorUnit &unit) {
  Func &output = kernel.output;
  Var axis = softmax.vars[softmax.axis];
  int lanes = getLanes(softmax.axisSize, unit.lanes, kernel.inPlace);
  std::vector<VarOrRVar> order = {axis};
  std::vector<Var> rows;
  for (const Var &var : softmax.vars)
    if (var.name() != axis.name())
      rows.push_back(var);
  order.insert(order.end(), rows.begin(), rows.end());
  output.reorder(order).vectorize(axis, lanes,
                                  kernel.inPlace ? TailStrategy::GuardWithIf
                                                 : TailStrategy::ShiftInwards);
  auto computePerRow = [&](Func func) {
    if (rows.empty())
      func.compute_root();
    else
      func.compute_at(output, rows.front());
    func.store_in(MemoryType::Stack);
  };
  computePerRow(softmax.maximum);
  computePerRow(softmax.sum);
  if (softmax.axisSize <= maximumStoredRow) {
    computePerRow(softmax.exponentials);
    softmax.exponentials.vectorize(axis, lanes);
  }
}
