//===- ScheduleRowNormGradient.cpp - Gradients of layer and RMS norm ------===//
//
// Two sweeps, bound by memory. The input's gradient is computed row by row as
// the norm is: 2 reads and a write. The parameters' are sums over rows:
//
//   partial(i, p)  the sum over the rows of part p, on the stack; the numbers
//                  of a row are computed before the row is added
//   sums           the sum of the parts
//
// Parts are computed in parallel, and depend on shapes alone.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::LoopLevel;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

static constexpr int64_t maximumParts = 16;

/// Partial sums that the stack takes.
static constexpr int64_t maximumPartialBytes = 192 * 1024;

static constexpr int vectorsPerIteration = 2;

/// Computes the numbers of a row at `level`.
static void computeNumbersAt(RowNormFuncs &norm, const LoopLevel &level,
                             const VectorUnit &unit) {
  const auto place = [&](Func func) {
    func.compute_at(level).store_in(MemoryType::Register);
  };
  if (norm.alongRow)
    return scheduleSumsAlongRow(norm, unit, place);
  if (norm.first.defined())
    place(norm.first);
  place(norm.sums);
  place(norm.statistics);
}

/// Rows that are not in one piece: no vectors.
static void scheduleScatteredSums(RowNormGradientFuncs &gradient,
                                  const VectorUnit &unit) {
  gradient.sums.compute_root().store_in(MemoryType::Register);
  Stage update = gradient.sums.update();
  std::vector<VarOrRVar> order(gradient.rowVars.begin(),
                               gradient.rowVars.end());
  order.insert(order.end(), gradient.rowLoops.begin(), gradient.rowLoops.end());
  update.reorder(order);
  computeNumbersAt(gradient.again,
                   LoopLevel(gradient.sums, gradient.rowLoops.front()), unit);
}

/// Rows of one dimension, told apart by one.
static void scheduleMatrixSums(RowNormGradientFuncs &gradient, int columns,
                               const VectorUnit &unit) {
  const Var &v = gradient.rowVars.front();
  const auto rows = static_cast<int>(gradient.rowLoopSizes.front());
  const int64_t bytes = int64_t(sizeof(double)) * columns;
  // All of one size: what is computed for a row must not be for none.
  const int parts = getLargestDivisor(
      rows,
      static_cast<int>(std::min(maximumParts, maximumPartialBytes / bytes)));
  const int lanes = getLanes(columns, unit.lanes, false);
  RVar part("parts"), within("row_in_part");
  Var p("part");
  gradient.sums.update().split(gradient.rowLoops.front(), part, within,
                               rows / parts, TailStrategy::GuardWithIf);
  Func partial = gradient.sums.update().rfactor(part, p);
  partial.compute_root().store_in(MemoryType::Register);
  partial.vectorize(v, lanes, TailStrategy::ShiftInwards);
  Stage update = partial.update();
  Var block("block"), inner("inner"), vector("vector"), lane("lane");
  update.split(v, block, inner, lanes * vectorsPerIteration,
               TailStrategy::GuardWithIf);
  update.split(inner, vector, lane, lanes, TailStrategy::GuardWithIf);
  update.reorder(lane, vector, block, within, p).vectorize(lane).unroll(vector);
  if (int64_t(rows) * columns / movedPerCycle >= parallelCycles)
    update.parallel(p);
  computeNumbersAt(gradient.again, LoopLevel(partial, within), unit);
  gradient.sums.compute_root().store_in(MemoryType::Register);
  gradient.sums.vectorize(v, lanes, TailStrategy::ShiftInwards);
  gradient.sums.update().reorder(v, part).vectorize(v, lanes,
                                                    TailStrategy::GuardWithIf);
}

void bnopt::scheduleRowNormGradient(KernelFuncs &kernel,
                                    RowNormGradientFuncs &gradient,
                                    const VectorUnit &unit) {
  scheduleRowNorm(kernel, gradient.norm, unit);
  if (gradient.rowVars.size() == 1 && gradient.rowLoops.size() == 1 &&
      gradient.norm.alongRow)
    scheduleMatrixSums(
        gradient, static_cast<int>(gradient.norm.reductionSizes.front()), unit);
  else
    scheduleScatteredSums(gradient, unit);
}
