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
#include <numeric>
#include <utility>

using namespace bnopt;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int vectorsPerIteration = 4;

void bnopt::scheduleElementwise(KernelFuncs &kernel, const VectorUnit &unit) {
  if (kernel.vars.empty())
    return;
  size_t vectorDim = getVectorDim(kernel);
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
  std::vector<size_t> dims(kernel.vars.size());
  std::iota(dims.begin(), dims.end(), 0);
  std::sort(dims.begin(), dims.end(), [&](size_t a, size_t b) {
    return std::pair(kernel.strides[a], a) < std::pair(kernel.strides[b], b);
  });
  std::vector<VarOrRVar> order = {lane, vector, block};
  std::vector<Loop> outer = {{block, (extent + step - 1) / step}};
  int64_t elements = extent;
  for (size_t dim : dims) {
    if (dim == vectorDim)
      continue;
    order.emplace_back(kernel.vars[dim]);
    outer.push_back({kernel.vars[dim], kernel.extents[dim]});
    elements *= kernel.extents[dim];
  }
  kernel.output.reorder(order).vectorize(lane).unroll(vector);
  parallelize(kernel.output, outer, elements / movedPerCycle);
}
