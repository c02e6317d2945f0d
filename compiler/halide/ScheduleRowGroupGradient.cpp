//===- ScheduleRowGroupGradient.cpp - Gradients of norms over rows --------===//
//
// Bound by memory: input and output gradient are read once, and the input's
// gradient is written. Of a group of rows,
//
//   numbers        which bring the rows into the first-level cache
//   vectors        of what they add to the parameters' gradients, and of the
//                  output: of all rows of the group before the next vector
//
// A task is a part, whose rows add to the same sums. Parts depend on shapes
// alone.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;

/// The lanes of all rows of a group are stored, so that what adds up those of a
/// row does not wait for it.
static void scheduleLaneSums(LaneSums &sums, const VectorUnit &unit) {
  const int lanes = static_cast<int>(unit.lanes);
  const Var vector("vector"), inner("inner");
  const auto vectorize = [&](Stage stage) {
    stage.split(sums.lane, vector, inner, lanes, TailStrategy::GuardWithIf)
        .vectorize(inner)
        .unroll(vector);
    return stage;
  };
  sums.lanes.bound(sums.lane, 0, LaneSums::width);
  vectorize(sums.lanes);
  vectorize(sums.lanes.update()).reorder(inner, vector, sums.step);
  if (sums.lanes.num_update_definitions() > 1)
    sums.lanes.update(1).vectorize(sums.rest, lanes, TailStrategy::GuardWithIf);
  for (Func sum : sums.sums)
    sum.update().atomic().vectorize(sums.all);
}

void bnopt::scheduleRowGroupGradient(KernelFuncs &kernel,
                                     RowGroupGradientFuncs &gradient,
                                     const VectorUnit &unit) {
  const int64_t elements = countElements(kernel);
  const bool isParallel = elements / movedPerCycle >= parallelCycles;
  kernel.streams = !kernel.inPlace && isStreamed(elements);
  const int lanes = getLanes(kernel.extents[0], unit.lanes, false);
  const Var block("block"), lane("lane");
  std::vector<Stage> stages;
  for (Func result : kernel.vectors)
    stages.push_back(result.update());
  stages.emplace_back(kernel.output);
  for (Stage &stage : stages) {
    stage.split(gradient.element, block, lane, lanes, TailStrategy::GuardWithIf)
        .vectorize(lane);
    if (isParallel)
      stage.parallel(gradient.part);
  }
  for (size_t i = 0; i + 1 < stages.size(); ++i)
    stages[i].reorder(lane, block, gradient.group, gradient.part);
  stages.back()
      .reorder(lane, gradient.row, block, gradient.group, gradient.part)
      .unroll(gradient.row);
  // The next group's input comes while this one's gradient goes: the processor
  // fetches ahead along a row, but not from one row to the next. Both tensors
  // would be more than a core can ask for at a time.
  if (isStreamed(elements) && !gradient.input.empty() &&
      !kernel.vectors.empty())
    prefetchLoop(kernel, kernel.vectors.front(), 1, "element.fused.block",
                 gradient.rowsPerGroup * kernel.extents[0] / lanes,
                 gradient.input);
  // The output is last: it may be in the memory of what sums are taken of.
  for (size_t i = 1; i < stages.size(); ++i)
    stages[i].compute_with(stages[i - 1], block);

  const Func first =
      kernel.vectors.empty() ? kernel.output : kernel.vectors.front();
  const auto place = [&](Func func) {
    func.compute_at(first, gradient.group).store_in(MemoryType::Register);
  };
  for (const Func &numbers : gradient.numbers)
    place(numbers);
  for (LaneSums &sums : gradient.longRows) {
    place(sums.lanes);
    for (const Func &sum : sums.sums)
      place(sum);
    scheduleLaneSums(sums, unit);
  }
  if (gradient.otherRows)
    scheduleSumsAlongRow(*gradient.otherRows, unit, place);
}
