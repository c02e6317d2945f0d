//===- ScheduleLongReduction.cpp - Sums over thousands of elements --------===//
//
// The mean of a channel over a batch reads a tensor for a few results: bound by
// memory, if all of it is read in the order in which it lies.
//
//   run(c, …)      a sum over neighbouring pixels, in registers: as many pixels
//                  as all of whose channels fit in the first-level cache, so
//                  that blocks of channels read again what is there already
//   partial(c, p)  the sum of the runs of part p, on the stack; parts are
//                  computed in parallel
//   result         the sum of the parts
//
// How elements are divided depends on shapes alone: the result is the same for
// any number of threads. No sum has more than a few hundred terms, so rounding
// errors stay those of a few hundred additions. Where there are too few
// channels for a vector, it runs over pixels, each lane a part.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>
#include <optional>
#include <utility>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Shorter ones are not worth several stages.
static constexpr int64_t minimumLongReduction = 512;

/// What the blocks of a run read: two thirds of the smallest first-level cache.
static constexpr int64_t runElements = 20 * 1024 / sizeof(float);

/// Terms of a run: few, for its rounding error; not fewer, for its overhead.
static constexpr int64_t maximumRun = 256, minimumRun = 4;

static constexpr int vectorsPerBlock = 4;

static constexpr int64_t maximumParts = 64;

/// Partial sums that the stack takes.
static constexpr int64_t maximumPartialElements = 256 * 1024 / sizeof(float);

namespace {
/// A loop over a part of the reduction, and how often it runs.
struct Steps {
  RVar var;
  int64_t count;
};

/// The reduction, divided.
struct Division {
  /// Present where vectors run over pixels.
  std::optional<RVar> lane;
  std::vector<RVar> run;
  /// The runs of a part, and the parts.
  RVar within, part;
};

class LongReduction {
public:
  LongReduction(const KernelFuncs &kernel, ReductionFuncs &reduction,
                const VectorUnit &unit)
      : reduction(reduction), dim(getVectorDim(kernel)),
        extent(kernel.extents[dim]),
        lanesArePixels(extent * 2 <= static_cast<int>(unit.lanes) &&
                       reduction.reductionSizes.front() >=
                           static_cast<int64_t>(unit.lanes)),
        lanes(lanesArePixels ? static_cast<int>(unit.lanes)
                             : getLanes(extent, unit.lanes, false)) {
    for (int size : kernel.extents)
      results *= size;
    sums = results * (lanesArePixels ? lanes : 1);
  }

  bool isWorthwhile() const {
    return reduction.reductionSize >= minimumLongReduction &&
           sums * 2 <= maximumPartialElements;
  }

  /// The parts and the sums in them. What is left is to add the parts.
  std::vector<RVar> schedule();

private:
  std::vector<Steps> splitLanes(Stage update, Division &division);
  Steps splitRun(Stage update, const std::vector<Steps> &loops,
                 Division &division);
  Division divide();
  void schedulePartial(Func partial, Func run, const Division &division);
  void scheduleRun(Func run, const std::vector<RVar> &reduced);

  ReductionFuncs &reduction;
  size_t dim;
  int extent;
  bool lanesArePixels;
  int lanes;
  /// Of the kernel, and of each part.
  int64_t results = 1, sums = 1;
  Var lane{"pixel_lane"}, part{"part"}, within{"within_part"};
  Var block{"block"}, inner{"inner"}, vector{"vector"}, element{"element"};
};
} // namespace

/// The loops of the reduction, innermost first, without its lanes.
std::vector<Steps> LongReduction::splitLanes(Stage update, Division &division) {
  std::vector<Steps> loops;
  for (size_t i = 0; i < reduction.reduction.size(); ++i)
    loops.push_back({reduction.reduction[i], reduction.reductionSizes[i]});
  if (lanesArePixels) {
    RVar vectors("vectors"), pixel("pixel");
    update.split(loops[0].var, vectors, pixel, lanes,
                 TailStrategy::GuardWithIf);
    loops[0] = {vectors, (loops[0].count + lanes - 1) / lanes};
    division.lane = pixel;
  }
  return loops;
}

/// Takes a run out of `loops`; what is left, as one loop over the runs.
Steps LongReduction::splitRun(Stage update, const std::vector<Steps> &loops,
                              Division &division) {
  int64_t total = 1;
  for (const Steps &steps : loops)
    total *= steps.count;
  // There are at least two.
  int64_t left = std::min(
      std::clamp(runElements / sums, minimumRun, maximumRun), total / 2);
  std::optional<Steps> outer;
  for (const auto &[var, count] : loops) {
    Steps outside = {var, count};
    if (count <= left) {
      division.run.push_back(var);
      left /= count;
      continue;
    }
    if (left > 1) {
      RVar runs(var.name() + "_runs"), step(var.name() + "_step");
      update.split(var, runs, step, static_cast<int>(left),
                   TailStrategy::GuardWithIf);
      division.run.push_back(step);
      outside = {runs, (count + left - 1) / left};
      left = 1;
    }
    if (outer) {
      RVar fused(outer->var.name() + "_" + outside.var.name());
      update.fuse(outer->var, outside.var, fused);
      outside = {fused, outer->count * outside.count};
    }
    outer = outside;
  }
  return *outer;
}

Division LongReduction::divide() {
  Stage update = reduction.accumulator.update();
  Division division;
  const std::vector<Steps> loops = splitLanes(update, division);
  const Steps runs = splitRun(update, loops, division);
  const int64_t parts =
      std::min({runs.count, maximumParts, maximumPartialElements / sums});
  division.within = RVar("within");
  division.part = RVar("parts");
  update.split(runs.var, division.part, division.within,
               static_cast<int>((runs.count + parts - 1) / parts),
               TailStrategy::GuardWithIf);
  return division;
}

/// The sums of a block of channels, or of all lanes, over neighbouring pixels.
void LongReduction::scheduleRun(Func run, const std::vector<RVar> &reduced) {
  const Var &v = lanesArePixels ? lane : reduction.vars[dim];
  run.store_in(MemoryType::Register).vectorize(v, lanes);
  if (lanesArePixels)
    run.bound(lane, 0, lanes);
  std::vector<VarOrRVar> order = {v};
  if (lanesArePixels)
    order.emplace_back(reduction.vars[dim]);
  for (const RVar &var : reduced)
    order.emplace_back(var);
  Stage update = run.update();
  update.reorder(order).vectorize(v, lanes);
  const Var &unrolled = reduction.vars[dim];
  run.unroll(unrolled);
  update.unroll(unrolled);
}

void LongReduction::schedulePartial(Func partial, Func run,
                                    const Division &division) {
  const Var &v = reduction.vars[dim];
  // On the stack: Halide takes larger slots from the heap, unless they are
  // called registers.
  partial.compute_root().store_in(MemoryType::Register);
  Stage update = partial.update();
  std::vector<VarOrRVar> order;
  if (lanesArePixels) {
    partial.vectorize(lane, lanes);
    order = {lane, v, division.within};
    run.compute_at(partial, division.within);
  } else {
    partial.vectorize(v, lanes, TailStrategy::ShiftInwards);
    const int vectors = std::max(1, std::min(vectorsPerBlock, extent / lanes));
    const int step = lanes * vectors;
    update.split(v, block, inner, step,
                 extent % step == 0 ? TailStrategy::GuardWithIf
                                    : TailStrategy::ShiftInwardsAndBlend);
    update.split(inner, vector, element, lanes, TailStrategy::GuardWithIf);
    order = {element, vector, block, division.within};
    run.compute_at(partial, block);
  }
  for (size_t other = 0; other < reduction.vars.size(); ++other)
    if (other != dim)
      order.emplace_back(reduction.vars[other]);
  order.emplace_back(part);
  update.reorder(order);
  if (lanesArePixels)
    update.vectorize(lane).unroll(v);
  else
    update.vectorize(element).unroll(vector);
  if (results * reduction.reductionSize / movedPerCycle >= parallelCycles)
    update.parallel(part);
}

std::vector<RVar> LongReduction::schedule() {
  Division division = divide();
  std::vector<std::pair<RVar, Var>> kept = {{division.part, part}};
  std::vector<RVar> left = {division.part};
  if (division.lane) {
    kept.emplace_back(*division.lane, lane);
    left.push_back(*division.lane);
  }
  Func partial = reduction.accumulator.update().rfactor(kept);
  Func run = partial.update().rfactor(division.within, within);
  scheduleRun(run, division.run);
  schedulePartial(partial, run, division);
  return left;
}

std::optional<std::vector<RVar>> bnopt::scheduleParts(const KernelFuncs &kernel,
                                                      ReductionFuncs &reduction,
                                                      const VectorUnit &unit) {
  if (reduction.reductionSizes.empty())
    return std::nullopt;
  LongReduction parts(kernel, reduction, unit);
  if (!parts.isWorthwhile())
    return std::nullopt;
  return parts.schedule();
}
