//===- ScheduleRowNormGradient.cpp - Gradients of layer and RMS norm ------===//
//
// Of rows that are not in one piece of memory, in two sweeps: the output, and
// sums over parts, for which the numbers of a row are computed again. Parts are
// computed in parallel, and depend on shapes alone.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;
using Halide::Func;
using Halide::LoopLevel;
using Halide::MemoryType;
using Halide::VarOrRVar;

static void scheduleResults(KernelFuncs &kernel,
                            const RowNormGradientFuncs &gradient) {
  const int64_t elements = countElements(kernel);
  const bool isParallel = elements / movedPerCycle >= parallelCycles;
  const Func together = kernel.vectors.front();
  for (Func result : kernel.vectors) {
    result.rename(result.args().back(), gradient.part);
    if (isParallel)
      result.parallel(gradient.part);
    if (result.name() != together.name())
      result.compute_with(together, gradient.part);
  }
}

void bnopt::scheduleRowNormGradient(KernelFuncs &kernel,
                                    RowNormGradientFuncs &gradient,
                                    const VectorUnit &unit) {
  scheduleRowNorm(kernel, gradient.norm, unit);
  gradient.sums.compute_at(LoopLevel(kernel.vectors.front(), gradient.part))
      .store_in(MemoryType::Register);
  std::vector<VarOrRVar> order(gradient.rowVars.begin(),
                               gradient.rowVars.end());
  order.emplace_back(gradient.row);
  gradient.sums.update().reorder(order);
  const auto place = [&](Func func) {
    func.compute_at(gradient.sums, gradient.row).store_in(MemoryType::Register);
  };
  RowNormFuncs &again = gradient.again;
  if (again.alongRow) {
    scheduleSumsAlongRow(again, unit, place);
  } else {
    if (again.first.defined())
      place(again.first);
    place(again.sums);
    place(again.statistics);
  }
  scheduleResults(kernel, gradient);
}
