//===- ScheduleFeatures.cpp - Normalizations by the statistics of a batch -===//
//
// Bound by memory: the data are read once for the sums and once more for the
// result, in the order in which they lie. A run takes few instructions for each
// load, so that many loads are in flight: in f64 throughout, sums took twice
// the time of a plain sweep.
//
// Features innermost (NHWC, matrices):
//
//   run            of a block of features: row by row in registers or, of many
//                  features, several rows at a time into the first-level cache,
//                  so that each row is read as it lies
//   partial(c)     the sums of the runs of a part, on the stack of its thread
//   parts(c, p)    the same for all parts, which are computed in parallel
//   sums, statistics, then the output in one more sweep, by the same parts: a
//                  thread finds what it has read last in its cache
//
// Features outside (NCHW): a block of features after another, in parallel. All
// of its data are read for the sums, and again, from the cache if they fit, for
// the output.
//
//   run            of neighbouring pixels, in the lanes of vectors; or of all
//                  pixels of few, over several images, in the cache
//   partial(c, l)  the sums of the runs of lane l
//
// Stores past the cache want whole lines. Where features share these, the
// output's vectors go over several features: see AlgorithmLines.cpp.
//
// Parts depend on shapes alone: results are the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <numeric>

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

/// Vectors of features whose sums of a run stay in the first-level cache, where
/// registers are too few, and of features whose parts one task adds up.
static constexpr int maximumRunVectors = 32, maximumTaskVectors = 128;

/// Rows of a run whose elements of a vector are added to its sums together.
static constexpr int rowsPerStep = 8;

/// Numbers per feature that the first-level cache keeps beside the data.
static constexpr int64_t cachedStatisticsBytes = 32 * 1024;

/// Rows of the output that are computed together where it does not keep them.
static constexpr int rowsPerStatistics = 4;

/// Neighbouring features that one task computes while their pixels are few:
/// as many as fill what the processor fetches ahead.
static constexpr int64_t blockBytes = 8 * 1024;

namespace {
class FeatureSchedule {
public:
  FeatureSchedule(KernelFuncs &kernel, FeatureFuncs &features,
                  const VectorUnit &unit)
      : kernel(kernel), features(features), unit(unit),
        numFeatures(features.extents[features.featureDim]),
        numSums(features.sums.outputs()), count(features.count),
        isParallel(count * numFeatures / movedPerCycle >= parallelCycles) {}

  void schedule() {
    kernel.streams = features.writesData && !kernel.inPlace &&
                     isStreamed(count * numFeatures);
    // Pixels of a feature follow each other in memory.
    if (features.lanes > 1)
      scheduleOutside();
    else
      scheduleInnermost();
  }

private:
  void scheduleInnermost();
  int getRegisterVectors() const;
  int getBlockVectors(int most) const;
  void scheduleRun(Func partial, bool inRegisters);
  void scheduleParts(Func partial, const RVar &within, const Var &part);
  std::pair<RVar, int64_t> fuseRuns(Stage update);
  SweepOptions getSweepOptions(int parts) const;
  void scheduleStatistics(const RVar &parts);

  void scheduleOutside();
  void scheduleLanes(const LoopLevel &level);
  void scheduleImages();
  void addLanes(const LoopLevel &level);
  void splitFeatures(Func func, const Var &var, bool isFirst, int perBlock);
  void scheduleGroups();
  void scheduleData();
  void chooseBlocks();

  KernelFuncs &kernel;
  FeatureFuncs &features;
  const VectorUnit &unit;
  int numFeatures, numSums;
  /// Elements of a feature.
  int64_t count;
  bool isParallel;
  Var block{"block"}, inner{"inner"}, vector{"vector"}, element{"element"};
  Var featureBlock{"feature_block"};
  int featuresPerBlock = 1;
};
} // namespace

//===----------------------------------------------------------------------===//
// Features innermost
//===----------------------------------------------------------------------===//

/// The largest power of two that is at most `value`.
static int floorToPowerOfTwo(int value) {
  int power = 1;
  while (power * 2 <= value)
    power *= 2;
  return power;
}

/// Vectors of a run whose sums, and what is subtracted, fit in registers.
int FeatureSchedule::getRegisterVectors() const {
  return floorToPowerOfTwo(std::max<int>(1, static_cast<int>(unit.registers) /
                                                (features.run.outputs() + 2)));
}

/// Vectors of the blocks that features are divided into, `most` at most. Blocks
/// have the same size; the last one is shifted to end with the features.
int FeatureSchedule::getBlockVectors(int most) const {
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  const int all = (numFeatures + lanes - 1) / lanes;
  int blocks = (all + most - 1) / most;
  // A vector that ends behind the features needs one to be shifted into.
  if (blocks == 1 && numFeatures % lanes != 0)
    blocks = 2;
  return (all + blocks - 1) / blocks;
}

void FeatureSchedule::scheduleRun(Func partial, bool inRegisters) {
  Func &run = features.run;
  const Var &feature = features.feature;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  run.compute_at(partial, block).store_in(MemoryType::Register);
  run.vectorize(feature, lanes);
  Stage update = run.update();
  if (inRegisters) {
    run.unroll(feature);
    update.reorder({VarOrRVar(feature), VarOrRVar(features.step)})
        .vectorize(feature, lanes)
        .unroll(feature);
    return;
  }
  RVar steps("steps"), row("row");
  update
      .split(features.step, steps, row,
             getLargestDivisor(features.length, rowsPerStep),
             TailStrategy::GuardWithIf)
      .reorder({VarOrRVar(row), VarOrRVar(feature), VarOrRVar(steps)})
      .vectorize(feature, lanes)
      .unroll(row);
}

/// Parts are added up where their threads are, and then kept.
void FeatureSchedule::scheduleParts(Func partial, const RVar &within,
                                    const Var &part) {
  const Var &feature = features.feature;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  const int taskVectors = getBlockVectors(maximumTaskVectors);
  const bool inRegisters = taskVectors <= getRegisterVectors();
  const int vectors = std::min(taskVectors, maximumRunVectors);
  Func kept = partial.in();
  Var task("task");
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
void FeatureSchedule::scheduleStatistics(const RVar &parts) {
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  Func &sums = features.sums, &statistics = features.statistics;
  statistics.compute_root().store_in(MemoryType::Register);
  splitLoop(statistics, features.feature, block, inner,
            lanes * getBlockVectors(maximumRunVectors), numFeatures,
            /*exact=*/false);
  statistics.vectorize(inner, lanes);
  sums.compute_at(statistics, block).store_in(MemoryType::Register);
  sums.vectorize(features.feature, lanes);
  sums.update()
      .reorder({VarOrRVar(features.feature), VarOrRVar(parts)})
      .vectorize(features.feature, lanes);
}

/// One loop over all runs of a feature, and how often it runs.
std::pair<RVar, int64_t> FeatureSchedule::fuseRuns(Stage update) {
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

void FeatureSchedule::scheduleInnermost() {
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
    result.vectorize(result.args()[0], lanes, TailStrategy::ShiftInwards);
  scheduleElementwise(kernel, unit, getSweepOptions(parts));
}

/// The output, by the parts of the sums or by pieces of them.
SweepOptions FeatureSchedule::getSweepOptions(int parts) const {
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

//===----------------------------------------------------------------------===//
// Features outside
//===----------------------------------------------------------------------===//

void FeatureSchedule::scheduleLanes(const LoopLevel &level) {
  Func &sums = features.sums, &run = features.run;
  Var lane("lane");
  const int lanes = features.lanes;
  const int vectorLanes = std::min<int>(lanes, unit.lanes);
  Func partial = sums.update().rfactor(features.lane, lane);
  partial.compute_at(level).store_in(MemoryType::Register);
  partial.reorder_storage(lane, features.feature)
      .bound(lane, 0, lanes)
      .vectorize(lane, vectorLanes);
  std::vector<VarOrRVar> order = {lane, features.reduction[0],
                                  features.feature};
  if (features.runsOfImages)
    std::swap(order[1], order[2]);
  for (size_t i = 1; i < features.reduction.size(); ++i)
    order.emplace_back(features.reduction[i]);
  partial.update().reorder(order).vectorize(lane, vectorLanes).unroll(lane);
  run.compute_at(partial, features.reduction[0])
      .bound(features.runLane, 0, lanes)
      .vectorize(features.runLane, vectorLanes);
  if (features.runsOfImages) {
    scheduleImages();
  } else {
    run.store_in(MemoryType::Register).unroll(features.runLane);
    run.update()
        .reorder({VarOrRVar(features.runLane), VarOrRVar(features.step)})
        .vectorize(features.runLane, vectorLanes)
        .unroll(features.runLane);
  }
  addLanes(level);
  sums.compute_at(level).store_in(MemoryType::Stack);
  features.statistics.compute_at(level).store_in(MemoryType::Stack);
}

/// Adds the lanes of a feature: vectors of them first, where these are several.
void FeatureSchedule::addLanes(const LoopLevel &level) {
  if (!features.runsOfImages || features.lanes <= unit.lanes)
    return;
  const int vectorLanes = static_cast<int>(unit.lanes);
  RVar vectors("vectors"), ofVector("of_vector");
  Var lane("lane");
  Stage update = features.sums.update();
  update.split(features.lane, vectors, ofVector, vectorLanes,
               TailStrategy::GuardWithIf);
  Func added = update.rfactor(ofVector, lane);
  added.compute_at(level).store_in(MemoryType::Stack);
  added.reorder_storage(lane, features.feature)
      .bound(lane, 0, vectorLanes)
      .vectorize(lane);
  added.update()
      .reorder(
          {VarOrRVar(lane), VarOrRVar(vectors), VarOrRVar(features.feature)})
      .vectorize(lane);
}

/// Runs of all pixels of a block of features lie in the cache, beside the data
/// of a few images.
void FeatureSchedule::scheduleImages() {
  Func &run = features.run;
  const int vectorLanes = std::min<int>(features.lanes, unit.lanes);
  run.reorder_storage(features.runLane, features.feature)
      .reorder(features.runLane, features.feature)
      .store_in(MemoryType::Register);
  run.update()
      .split(features.runLane, vector, element, vectorLanes,
             TailStrategy::GuardWithIf)
      .reorder({VarOrRVar(element), VarOrRVar(vector),
                VarOrRVar(features.feature), VarOrRVar(features.step)})
      .vectorize(element)
      .unroll(vector);
}

/// Divides the features of `func`, its loop `var`, as the tasks of the kernel
/// do.
void FeatureSchedule::splitFeatures(Func func, const Var &var, bool isFirst,
                                    int perBlock) {
  func.split(var, featureBlock, inner, perBlock, TailStrategy::GuardWithIf);
  if (isParallel)
    func.parallel(featureBlock);
  if (!isFirst)
    func.compute_with(kernel.output, featureBlock);
}

/// One more sweep, of whole cache lines. Their values are computed beside them,
/// per feature.
void FeatureSchedule::scheduleGroups() {
  const Var &ofGroup = kernel.vars[0], &group = kernel.vars[1],
            &image = kernel.vars[2];
  const int lanes = static_cast<int>(unit.lanes);
  kernel.output.split(ofGroup, vector, element, lanes,
                      TailStrategy::GuardWithIf);
  splitFeatures(kernel.output, group, /*isFirst=*/true,
                featuresPerBlock / features.featuresPerGroup);
  // Of a loop that copies vector by vector, LLVM would make a call of memcpy,
  // which does not bypass the cache. Steps as large as a feature keep Halide
  // from seeing that elements follow each other.
  constexpr int most = 4;
  const int vectors =
      std::clamp(static_cast<int>(features.pixels - 1) / lanes, 1, most);
  kernel.output.reorder(element, vector, inner, image, featureBlock)
      .vectorize(element)
      .unroll(vector, vectors, TailStrategy::GuardWithIf);

  const auto scheduleSource = [&](Func source, const Var &level, int pixelDim,
                                  int featureDim) {
    const Var pixel = source.args()[pixelDim],
              feature = source.args()[featureDim];
    source.compute_at(kernel.output, level)
        .store_in(MemoryType::Register)
        .reorder(pixel, feature)
        .reorder_storage(pixel, feature)
        .vectorize(pixel, lanes, TailStrategy::ShiftInwards);
  };
  if (features.groupValue.defined())
    scheduleSource(features.groupValue, inner, features.pixelDim,
                   features.featureDim);
  for (const Func &term : features.groupTerms)
    scheduleSource(term, featureBlock, 0, 1);
}

/// One more sweep: pixels of a feature, features of the block, then what is
/// left.
void FeatureSchedule::scheduleData() {
  const int dim = getVectorDim(kernel);
  const int extent = kernel.extents[dim];
  const int lanes = getLanes(extent, unit.lanes, kernel.inPlace);
  const bool isExact = kernel.inPlace || extent % lanes == 0;
  Var steps("steps"), lane("lane");
  kernel.output.split(kernel.vars[dim], steps, lane, lanes,
                      isExact ? TailStrategy::GuardWithIf
                              : TailStrategy::ShiftInwards);
  std::vector<int> dims(kernel.vars.size());
  std::iota(dims.begin(), dims.end(), 0);
  llvm::sort(dims, [&](int a, int b) {
    return kernel.strides[a] < kernel.strides[b];
  });
  std::vector<VarOrRVar> order = {lane, steps, inner};
  for (int outer : dims)
    if (outer != dim && outer != features.featureDim)
      order.emplace_back(kernel.vars[outer]);
  order.emplace_back(featureBlock);
  kernel.output.reorder(order).vectorize(lane);
}

void FeatureSchedule::chooseBlocks() {
  const int64_t fetched = blockBytes / int64_t(sizeof(float)) / features.pixels;
  const int64_t most =
      std::min<int64_t>(fetched, std::max(1, numFeatures / minimumTasks));
  const int perGroup = features.featuresPerGroup;
  featuresPerBlock =
      perGroup * getLargestDivisor(numFeatures / perGroup,
                                   std::max<int64_t>(1, most / perGroup));
}

void FeatureSchedule::scheduleOutside() {
  chooseBlocks();
  if (features.featuresPerGroup > 1) {
    scheduleGroups();
  } else {
    const Var feature =
        features.writesData ? kernel.vars[features.featureDim] : kernel.vars[0];
    splitFeatures(kernel.output, feature, /*isFirst=*/true, featuresPerBlock);
    if (features.writesData)
      scheduleData();
  }
  for (const Func &result : kernel.vectors)
    splitFeatures(result, result.args()[0], /*isFirst=*/false,
                  featuresPerBlock);
  scheduleLanes(LoopLevel(kernel.output, featureBlock));
}

void bnopt::scheduleFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                             const VectorUnit &unit) {
  FeatureSchedule(kernel, features, unit).schedule();
}
