//===- ScheduleElementwise.cpp - Elementwise and data movement ------------===//
//
// Bound by memory: one pass in the order in which the result lies, vectors
// over its contiguous dimension. A few vectors per iteration keep enough loads
// in flight and hide the loop's own cost.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int vectorsPerIteration = 4;

/// Rows that are computed together: in the inner loop, vector by vector.
static int splitRows(KernelFuncs &kernel, size_t dim, int maximumRows,
                     std::vector<VarOrRVar> &order) {
  const int rows = getLargestDivisor(kernel.extents[dim], maximumRows);
  if (rows == 1)
    return 1;
  Var row("row");
  kernel.output
      .split(kernel.vars[dim], kernel.vars[dim], row, rows,
             Halide::TailStrategy::GuardWithIf)
      .unroll(row);
  order.insert(order.begin() + 1, row);
  return rows;
}

/// As many tasks as asked for, if they divide the outermost loop; or parts of
/// these, of equal size, so that threads finish about together.
static bool divideIntoTasks(KernelFuncs &kernel, std::vector<Loop> loops,
                            int tasks) {
  while (loops.size() > 1 && loops.back().extent == 1)
    loops.pop_back();
  const Loop &loop = loops.back();
  if (tasks == 0 || loop.extent % tasks != 0)
    return false;
  while (2 * tasks <= maximumTasks && loop.extent % (2 * tasks) == 0)
    tasks *= 2;
  Var task(loop.var.name() + "_task");
  kernel.output.split(loop.var, task, loop.var, loop.extent / tasks,
                      Halide::TailStrategy::GuardWithIf);
  kernel.output.parallel(task);
  return true;
}

void bnopt::scheduleElementwise(KernelFuncs &kernel, const VectorUnit &unit,
                                const SweepOptions &options) {
  if (kernel.vars.empty())
    return;
  const int vectorDim = getVectorDim(kernel);
  Var v = kernel.vars[vectorDim];
  int extent = kernel.extents[vectorDim];
  int lanes = getLanes(extent, unit.lanes, kernel.inPlace);
  int vectors = std::max(1, std::min(vectorsPerIteration, extent / lanes));
  if (kernel.inPlace)
    vectors = getLargestDivisor(extent / lanes, vectors);
  int step = lanes * vectors;
  Var block("block"), within("within"), vector("vector"), lane("lane");
  splitLoop(kernel.output, v, block, within, step, extent, kernel.inPlace);
  kernel.output.split(within, vector, lane, lanes,
                      Halide::TailStrategy::GuardWithIf);

  // Other dimensions from the one with the smallest stride outwards.
  std::vector<VarOrRVar> order = {lane, vector, block};
  std::vector<Loop> outer = {{block, (extent + step - 1) / step}};
  int64_t elements = extent;
  int maximumRows = options.rows;
  for (int dim : getDimsByStride(kernel)) {
    if (dim == vectorDim)
      continue;
    const int rows = splitRows(kernel, dim, maximumRows, order);
    if (rows > 1)
      maximumRows = 1;
    order.emplace_back(kernel.vars[dim]);
    outer.push_back({kernel.vars[dim], kernel.extents[dim] / rows});
    elements *= kernel.extents[dim];
  }
  kernel.output.reorder(order).vectorize(lane).unroll(vector);
  const int64_t cycles = elements / movedPerCycle;
  if (cycles < parallelCycles || !divideIntoTasks(kernel, outer, options.tasks))
    parallelize(kernel.output, outer, cycles);
  kernel.streams |= isWrittenPastCaches(kernel, vectorDim);
}
