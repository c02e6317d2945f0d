//===- ScheduleFeatures.cpp - Normalizations by the statistics of a batch -===//
//
// Bound by memory: the data are read once for the sums and once more for the
// result, in the order in which they lie. A run takes few instructions for each
// load, so that many loads are in flight: in f64 throughout, sums took twice
// the time of a plain sweep.
//
// Features innermost (NHWC, matrices):
//
//   run            of a block of features, in registers
//   partial(c, p)  the sums of the runs of part p, on the stack; parts are
//                  computed in parallel
//   sums, statistics, then the output in one more sweep
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
  void schedulePartial(Func partial, const RVar &within, const Var &part);
  std::pair<RVar, int64_t> fuseRuns(Stage update);
  void scheduleVector(Func func);

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

/// Where partial sums, sums and statistics lie: on the stack, which Halide
/// takes larger slots from if they are called registers.
void FeatureSchedule::scheduleVector(Func func) {
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  func.compute_root().store_in(MemoryType::Register);
  func.vectorize(func.args()[0], lanes, TailStrategy::ShiftInwards);
}

void FeatureSchedule::schedulePartial(Func partial, const RVar &within,
                                      const Var &part) {
  const Var &feature = features.feature;
  Func &run = features.run;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  // Per vector of a run, its sums and what is subtracted.
  const int perBlock = floorToPowerOfTwo(
      std::max<int>(1, static_cast<int>(unit.registers) / (run.outputs() + 2)));
  const int vectors = std::max(1, std::min(perBlock, numFeatures / lanes));
  const int step = lanes * vectors;
  partial.compute_root().store_in(MemoryType::Register);
  partial.vectorize(feature, lanes, TailStrategy::ShiftInwards);
  Stage update = partial.update();
  update.split(feature, block, inner, step,
               numFeatures % step == 0 ? TailStrategy::GuardWithIf
                                       : TailStrategy::ShiftInwardsAndBlend);
  update.split(inner, vector, element, lanes, TailStrategy::GuardWithIf);
  update.reorder({element, vector, block, features.lane, within, part});
  update.vectorize(element).unroll(vector);
  if (isParallel)
    update.parallel(part);

  run.compute_at(partial, block).store_in(MemoryType::Register);
  run.vectorize(feature, lanes).unroll(feature);
  run.update()
      .reorder({VarOrRVar(feature), VarOrRVar(features.step)})
      .vectorize(feature, lanes)
      .unroll(feature);
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
  schedulePartial(partial, within, part);

  scheduleVector(sums);
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  sums.update()
      .reorder({VarOrRVar(features.feature), VarOrRVar(partLoop)})
      .vectorize(features.feature, lanes, TailStrategy::ShiftInwardsAndBlend);
  scheduleVector(features.statistics);
  for (Func result : kernel.vectors)
    result.vectorize(result.args()[0], lanes, TailStrategy::ShiftInwards);
  scheduleElementwise(kernel, unit);
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
