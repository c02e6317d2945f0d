//===- ScheduleRowNormGradient.cpp - Gradients of layer and RMS norm ------===//
//
// Bound by memory: input and output gradient are read once, a part of the rows
// after another, and the input's gradient is written. Of a part,
//
//   statistics     its rows' numbers, which brings these into cache
//   output         row by row
//   sums           what the part adds to the parameters' gradients, on the
//                  stack, from where they are stored
//
// Parts are computed in parallel, and depend on shapes alone.
//
// Rows that are not in one piece of memory take two sweeps: the output, and
// sums over parts, for which the numbers of a row are computed again.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;
using Halide::Func;
using Halide::LoopLevel;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int vectorsPerIteration = 2;

/// Rows that are added to sums before these are stored.
static constexpr int rowsPerStore = 4;

namespace {
class RowNormGradientSchedule {
public:
  RowNormGradientSchedule(KernelFuncs &kernel, RowNormGradientFuncs &gradient,
                          const VectorUnit &unit)
      : kernel(kernel), gradient(gradient), unit(unit) {
    int64_t elements = 1;
    for (int extent : kernel.extents)
      elements *= extent;
    isParallel = elements / movedPerCycle >= parallelCycles;
    isLarge = isStreamed(elements);
  }

  void scheduleInOneSweep();
  void scheduleInTwoSweeps();

private:
  void scheduleOutput();
  void scheduleResults(const Func &together);
  void scheduleSums(const LoopLevel &level);

  KernelFuncs &kernel;
  RowNormGradientFuncs &gradient;
  const VectorUnit &unit;
  bool isParallel, isLarge;
};
} // namespace

/// Of a matrix.
void RowNormGradientSchedule::scheduleOutput() {
  Func &output = kernel.output;
  Var row("row");
  std::vector<VarOrRVar> order =
      splitVectors(kernel, {kernel.vars[0], kernel.extents[0]}, unit);
  output.split(kernel.vars[1], gradient.part, row, gradient.rowsPerPart,
               TailStrategy::GuardWithIf);
  order.insert(order.end(), {row, gradient.part});
  output.reorder(order);
  if (isParallel)
    output.parallel(gradient.part);
  kernel.streams = !kernel.inPlace && isLarge;
}

/// The gradients of the parameters, in one loop over parts with `together`.
void RowNormGradientSchedule::scheduleResults(const Func &together) {
  for (Func result : kernel.vectors) {
    result.rename(result.args().back(), gradient.part);
    if (isParallel)
      result.parallel(gradient.part);
    if (result.name() != together.name())
      result.compute_with(together, gradient.part);
  }
}

void RowNormGradientSchedule::scheduleSums(const LoopLevel &level) {
  gradient.sums.compute_at(level).store_in(MemoryType::Register);
}

void RowNormGradientSchedule::scheduleInOneSweep() {
  scheduleOutput();
  const LoopLevel level(kernel.output, gradient.part);
  scheduleSumsAlongRow(gradient.norm, unit, [&](Func func) {
    func.compute_at(level).store_in(MemoryType::Register);
  });
  scheduleSums(level);
  const Var &column = gradient.rowVars.front();
  const int lanes = getLanes(kernel.extents[0], unit.lanes, false);
  gradient.sums.vectorize(column, lanes, TailStrategy::ShiftInwards);
  Stage update = gradient.sums.update();
  Var block("block"), inner("inner"), vector("vector"), lane("lane");
  update.split(column, block, inner, lanes * vectorsPerIteration,
               TailStrategy::GuardWithIf);
  update.split(inner, vector, lane, lanes, TailStrategy::GuardWithIf);
  RVar rows("rows"), row("row_of_few");
  update.split(gradient.row, rows, row,
               getLargestDivisor(gradient.rowsPerPart, rowsPerStore),
               TailStrategy::GuardWithIf);
  update.reorder(lane, vector, row, block, rows)
      .vectorize(lane)
      .unroll(vector)
      .unroll(row);
  for (Func result : kernel.vectors)
    result.vectorize(result.args().front(), lanes, TailStrategy::ShiftInwards);
  scheduleResults(kernel.output);
}

void RowNormGradientSchedule::scheduleInTwoSweeps() {
  scheduleRowNorm(kernel, gradient.norm, unit);
  scheduleSums(LoopLevel(kernel.vectors.front(), gradient.part));
  std::vector<VarOrRVar> order(gradient.rowVars.begin(),
                               gradient.rowVars.end());
  order.emplace_back(gradient.row);
  gradient.sums.update().reorder(order);
  const auto place = [&](Func func) {
    func.compute_at(gradient.sums, gradient.row).store_in(MemoryType::Register);
  };
  RowNormFuncs &again = *gradient.again;
  if (again.alongRow) {
    scheduleSumsAlongRow(again, unit, place);
  } else {
    if (again.first.defined())
      place(again.first);
    place(again.sums);
    place(again.statistics);
  }
  scheduleResults(kernel.vectors.front());
}

void bnopt::scheduleRowNormGradient(KernelFuncs &kernel,
                                    RowNormGradientFuncs &gradient,
                                    const VectorUnit &unit) {
  RowNormGradientSchedule schedule(kernel, gradient, unit);
  if (gradient.again)
    schedule.scheduleInTwoSweeps();
  else
    schedule.scheduleInOneSweep();
}
