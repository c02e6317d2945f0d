//===- SchedulePacking.cpp - Copies into packed order and out of it -------===//
//
// A transposition: one side is read or written in vectors of output channels,
// the other element by element. The window is the innermost loop around a
// vector, so that the lines of the other side, in which it is contiguous, stay
// in the first-level cache until all their elements are used. Takes a few per
// cent of the time of the convolution that the weights are for.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;
using Halide::Var;
using Halide::VarOrRVar;

/// Elements that a core gathers or scatters per cycle.
static constexpr int64_t elementsPerCycle = 1;

void bnopt::schedulePacking(KernelFuncs &kernel, const PackingFuncs &packing,
                            const VectorUnit &unit) {
  const Var channel = kernel.vars[packing.vectorDim];
  const int extent = kernel.extents[packing.vectorDim];
  const int lanes =
      getLanes(extent, static_cast<int>(unit.lanes), /*exact=*/false);
  Var block("block"), lane("lane");
  splitLoop(kernel.output, channel, block, lane, lanes, extent,
            /*exact=*/false);
  std::vector<VarOrRVar> order = {lane};
  const int endWindow = packing.firstWindowDim + packing.windowDims;
  for (int dim = packing.firstWindowDim; dim < endWindow; ++dim)
    order.emplace_back(kernel.vars[dim]);
  std::vector<Loop> outer;
  int64_t elements = 1;
  for (int dim = 0; dim < static_cast<int>(kernel.vars.size()); ++dim) {
    elements *= kernel.extents[dim];
    if (dim == endWindow)
      outer.push_back({block, (extent + lanes - 1) / lanes});
    const bool isWindow = dim >= packing.firstWindowDim && dim < endWindow;
    if (!isWindow && dim != packing.vectorDim)
      outer.push_back({kernel.vars[dim], kernel.extents[dim]});
  }
  for (const Loop &loop : outer)
    order.emplace_back(loop.var);
  kernel.output.reorder(order).vectorize(lane);
  parallelize(kernel.output, outer, elements / elementsPerCycle);
}
