//===- ScheduleFeatures.cpp - Normalizations by the statistics of a batch -===//
//
// Bound by memory: the data are read once for the sums and once more for the
// result, in the order in which they lie. A run takes few instructions for each
// load, so that many loads are in flight: in f64 throughout, sums took twice
// the time of a plain sweep.
//
// Features innermost (NHWC, matrices); ScheduleFeaturesOutside.cpp has NCHW:
//
//   run            of a block of features: row by row in registers or, of many
//                  features, several rows at a time into the first-level cache,
//                  so that each row is read as it lies
//   partial(c)     the sums of the runs of a part, on the stack of its thread
//   parts(c, p)    the same for all parts, which are computed in parallel
//   sums, statistics, then the output in one more sweep, by the same parts: a
//                  thread begins with what it has read last, in its cache
//
// Parts depend on shapes alone: results are the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"

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

/// Partial sums that the stack takes.
static constexpr int64_t maximumPartialBytes = 192 * 1024;

/// Vectors of features whose parts one task adds up.
static constexpr int maximumTaskVectors = 128;

/// Rows of a run whose elements of a vector are added to its sums together.
static constexpr int rowsPerStep = 8;

/// Numbers per feature that the first-level cache keeps beside the data.
static constexpr int64_t cachedStatisticsBytes = 32 * 1024;

/// Rows of the output that are computed together where it does not keep them.
static constexpr int rowsPerStatistics = 4;

namespace {
class InnermostSchedule {
public:
  InnermostSchedule(KernelFuncs &kernel, FeatureFuncs &features,
                    const VectorUnit &unit, bool isParallel)
      : kernel(kernel), features(features), unit(unit),
        numFeatures(features.extents[features.featureDim]),
        numSums(features.sums.outputs()), isParallel(isParallel) {}

  void schedule();

private:
  int getRegisterVectors() const;
  int getBlockVectors(int most) const;
  void scheduleRun(Func partial, bool inRegisters);
  void scheduleParts(Func partial, const RVar &within, const Var &part);
  std::pair<RVar, int64_t> fuseRuns(Stage update);
  SweepOptions getSweepOptions(int parts) const;
  void scheduleStatistics(const RVar &parts);
  void scheduleRepeats(int lanes);
  void prefetchRows(const Func &func, int stage, const std::string &var,
                    int rows, int64_t most);
  void prefetchData(int rows);

  KernelFuncs &kernel;
  FeatureFuncs &features;
  const VectorUnit &unit;
  int numFeatures, numSums;
  bool isParallel;
  Var block{"block"}, inner{"inner"};
};
} // namespace

/// The largest power of two that is at most `value`.
static int floorToPowerOfTwo(int value) {
  int power = 1;
  while (power * 2 <= value)
    power *= 2;
  return power;
}

/// Vectors of a run whose sums, and what is subtracted, fit in registers.
int InnermostSchedule::getRegisterVectors() const {
  return floorToPowerOfTwo(std::max<int>(1, static_cast<int>(unit.registers) /
                                                (features.run.outputs() + 2)));
}

/// Vectors of the blocks that features are divided into, `most` at most. Blocks
/// have the same size; the last one is shifted to end with the features.
int InnermostSchedule::getBlockVectors(int most) const {
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  const int all = (numFeatures + lanes - 1) / lanes;
  int blocks = (all + most - 1) / most;
  // A vector that ends behind the features needs one to be shifted into.
  if (blocks == 1 && numFeatures % lanes != 0)
    blocks = 2;
  return (all + blocks - 1) / blocks;
}

void bnopt::scheduleRunInCache(FeatureFuncs &features, const LoopLevel &level,
                               int lanes) {
  Func &run = features.run;
  const Var &feature = features.feature;
  run.compute_at(level)
      .store_in(MemoryType::Register)
      .vectorize(feature, lanes);
  RVar steps("steps"), row("row");
  run.update()
      .split(features.step, steps, row,
             getLargestDivisor(features.length, rowsPerStep),
             TailStrategy::GuardWithIf)
      .reorder({VarOrRVar(row), VarOrRVar(feature), VarOrRVar(steps)})
      .vectorize(feature, lanes)
      .unroll(row);
}

void InnermostSchedule::scheduleRun(Func partial, bool inRegisters) {
  Func &run = features.run;
  const Var &feature = features.feature;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  const int rows =
      inRegisters ? 1 : getLargestDivisor(features.length, rowsPerStep);
  prefetchRows(run, 1, features.step.name(), rows, 16 * 1024);
  if (!inRegisters)
    return scheduleRunInCache(features, LoopLevel(partial, block), lanes);
  run.compute_at(partial, block)
      .store_in(MemoryType::Register)
      .vectorize(feature, lanes)
      .unroll(feature);
  run.update()
      .reorder({VarOrRVar(feature), VarOrRVar(features.step)})
      .vectorize(feature, lanes)
      .unroll(feature);
}

/// Parts are added up where their threads are, and then kept.
void InnermostSchedule::scheduleParts(Func partial, const RVar &within,
                                      const Var &part) {
  const Var &feature = features.feature;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  const int taskVectors = getBlockVectors(maximumTaskVectors);
  const bool inRegisters = taskVectors <= getRegisterVectors();
  const int vectors = std::min(taskVectors, maximumRunVectors);
  Func kept = partial.in();
  Var task("task"), vector("vector"), element("element");
  kept.compute_root().store_in(MemoryType::Register);
  splitLoop(kept, feature, block, inner, lanes * taskVectors, numFeatures,
            /*exact=*/false);
  kept.vectorize(inner, lanes).fuse(block, part, task);
  if (isParallel)
    kept.parallel(task);
  partial.compute_at(kept, task).store_in(MemoryType::Register);
  partial.vectorize(feature, lanes);
  Stage update = partial.update();
  update
      .split(feature, block, inner, lanes * vectors,
             taskVectors % vectors == 0 ? TailStrategy::GuardWithIf
                                        : TailStrategy::ShiftInwardsAndBlend)
      .split(inner, vector, element, lanes, TailStrategy::GuardWithIf)
      .reorder({element, vector, block, features.lane, within})
      .vectorize(element);
  if (inRegisters)
    update.unroll(vector);
  scheduleRun(partial, inRegisters);
}

/// Sums and statistics, a block of features after the other, on the stack:
/// which Halide takes larger slots from if they are called registers.
void InnermostSchedule::scheduleStatistics(const RVar &parts) {
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  Func &sums = features.sums, &statistics = features.statistics;
  sums.store_in(MemoryType::Register).vectorize(features.feature, lanes);
  sums.update()
      .reorder({VarOrRVar(features.feature), VarOrRVar(parts)})
      .vectorize(features.feature, lanes);
  if (features.repeats > 1)
    return scheduleRepeats(lanes);
  statistics.compute_root().store_in(MemoryType::Register);
  splitLoop(statistics, features.feature, block, inner,
            lanes * getBlockVectors(maximumRunVectors), numFeatures,
            /*exact=*/false);
  statistics.vectorize(inner, lanes);
  sums.compute_at(statistics, block);
}

/// All at once: features that are repeated are few.
void InnermostSchedule::scheduleRepeats(int lanes) {
  for (Func func : {features.sums, features.totals, features.statistics,
                    features.repeatedStatistics})
    if (func.defined())
      func.compute_root().store_in(MemoryType::Register);
  if (features.repeatedStatistics.defined())
    features.repeatedStatistics.vectorize(features.feature, lanes,
                                          TailStrategy::ShiftInwards);
}

/// One loop over all runs of a feature, and how often it runs.
std::pair<RVar, int64_t> InnermostSchedule::fuseRuns(Stage update) {
  RVar all = features.reduction.front();
  int64_t runs = features.reductionSizes.front();
  for (size_t i = 1; i < features.reduction.size(); ++i) {
    RVar fused("runs" + std::to_string(i));
    update.fuse(all, features.reduction[i], fused);
    all = fused;
    runs *= features.reductionSizes[i];
  }
  return {all, runs};
}

/// Has a loop over steps of `rows` ask for what it loads later, as long before
/// as memory needs to answer. Steps of more than `most` bytes would find it
/// evicted from the first-level cache.
void InnermostSchedule::prefetchRows(const Func &func, int stage,
                                     const std::string &var, int rows,
                                     int64_t most) {
  constexpr int64_t ahead = 4 * 1024;
  const int64_t bytes = int64_t(rows) * numFeatures * sizeof(float);
  if (isPrefetched(features.count * numFeatures) && bytes <= most)
    prefetchLoop(kernel, func, stage, var,
                 static_cast<int>(std::max<int64_t>(1, ahead / bytes)));
}

/// What the output reads, `rows` of it at a time. One tensor arrives in time by
/// itself.
void InnermostSchedule::prefetchData(int rows) {
  const int dims = static_cast<int>(kernel.vars.size());
  const auto tensors =
      llvm::count_if(kernel.arguments, [&](const Halide::ImageParam &argument) {
        return argument.dimensions() == dims;
      });
  if (features.writesData && features.reduction.size() == 1 && tensors > 1)
    prefetchRows(kernel.output, 0, kernel.vars.back().name(), rows, 8 * 1024);
}

void InnermostSchedule::schedule() {
  Func &sums = features.sums;
  Stage update = sums.update();
  const auto [all, runs] = fuseRuns(update);
  const int64_t partBytes = int64_t(numFeatures) * numSums * sizeof(double);
  // A division without remainder: where there is one, Halide takes the runs
  // behind the last for runs that are read.
  const int parts = getLargestDivisor(
      static_cast<int>(runs),
      static_cast<int>(std::clamp<int64_t>(maximumPartialBytes / partBytes, 1,
                                           FeatureFuncs::maximumParts)));
  RVar partLoop("parts"), within("within");
  update.split(all, partLoop, within, static_cast<int>(runs / parts),
               TailStrategy::GuardWithIf);
  Var part("part");
  Func partial = update.rfactor(partLoop, part);
  scheduleParts(partial, within, part);

  scheduleStatistics(partLoop);
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  for (Func result : kernel.vectors)
    result.vectorize(result.args()[0],
                     getLanes(numFeatures / features.repeats, lanes, false),
                     TailStrategy::ShiftInwards);
  const SweepOptions options = getSweepOptions(parts);
  scheduleElementwise(kernel, unit, options);
  prefetchData(options.rows);
}

/// The output, by the parts of the sums or by pieces of them.
SweepOptions InnermostSchedule::getSweepOptions(int parts) const {
  SweepOptions options;
  // Pixels that do not follow each other are not divided alike.
  if (features.reduction.size() == 1)
    for (options.tasks = parts; 4 * options.tasks < 3 * minimumTasks;)
      options.tasks *= 2;
  const int64_t statisticsBytes =
      int64_t(numFeatures) * features.statistics.outputs() * sizeof(float);
  if (statisticsBytes > cachedStatisticsBytes)
    options.rows = rowsPerStatistics;
  return options;
}

/// Whether the stack has no room for the sums of two parts.
static bool hasManyFeatures(const FeatureFuncs &features) {
  const int64_t numFeatures = features.extents[features.featureDim];
  return 2 * numFeatures * features.sums.outputs() * int64_t(sizeof(double)) >
         maximumPartialBytes;
}

void bnopt::scheduleFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                             const VectorUnit &unit) {
  const int64_t elements =
      features.count * features.extents[features.featureDim];
  kernel.streams =
      features.writesData && !kernel.inPlace && isStreamed(elements);
  const bool isParallel = elements / movedPerCycle >= parallelCycles;
  // Pixels of a feature follow each other in memory.
  if (features.lanes > 1)
    scheduleFeaturesOutside(kernel, features, unit, isParallel);
  else if (hasManyFeatures(features))
    scheduleManyFeatures(kernel, features, unit, isParallel);
  else
    InnermostSchedule(kernel, features, unit, isParallel).schedule();
}
