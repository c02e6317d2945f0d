//===- ScheduleFeaturesOutside.cpp - The same of features outside ---------===//
//
// NCHW: a block of features after another, in parallel. All of its data are
// read for the sums, and again, from the cache if they fit, for the output.
//
//   run            of neighbouring pixels, in the lanes of vectors; or of all
//                  pixels of few, over several images, in the cache
//   partial(c, l)  the sums of the runs of lane l
//
// Stores past the cache want whole lines. Where features share these, the
// output's vectors go over several features: see AlgorithmLines.cpp.
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

/// Neighbouring features that one task computes while their pixels are few:
/// as many as fill what the processor fetches ahead, while their sums stay in
/// the first-level cache.
static constexpr int64_t blockBytes = 4 * 1024;

namespace {
class OutsideSchedule {
public:
  OutsideSchedule(KernelFuncs &kernel, FeatureFuncs &features,
                  const VectorUnit &unit, bool isParallel)
      : kernel(kernel), features(features), unit(unit),
        numFeatures(features.extents[features.featureDim]),
        isParallel(isParallel) {}

  void schedule();

private:
  void chooseBlocks();
  void splitFeatures(Func func, const Var &var, bool isFirst, int perBlock);
  void scheduleLanes(const LoopLevel &level);
  void scheduleImages();
  void prefetchImages(const Func &partial);
  void addLanes(const LoopLevel &level);
  void scheduleGroups();
  void scheduleData();

  KernelFuncs &kernel;
  FeatureFuncs &features;
  const VectorUnit &unit;
  int numFeatures;
  bool isParallel;
  Var inner{"inner"}, vector{"vector"}, element{"element"};
  Var featureBlock{"feature_block"};
  int featuresPerBlock = 1;
};
} // namespace

void bnopt::scheduleRunOfLanes(FeatureFuncs &features, int vectorLanes) {
  features.run.store_in(MemoryType::Register)
      .bound(features.runLane, 0, features.lanes)
      .vectorize(features.runLane, vectorLanes)
      .unroll(features.runLane);
  features.run.update()
      .reorder({VarOrRVar(features.runLane), VarOrRVar(features.step)})
      .vectorize(features.runLane, vectorLanes)
      .unroll(features.runLane);
}

void OutsideSchedule::scheduleLanes(const LoopLevel &level) {
  Func &sums = features.sums, &run = features.run;
  sums.compute_at(level).store_in(MemoryType::Stack);
  features.statistics.compute_at(level)
      .store_in(MemoryType::Stack)
      .vectorize(features.feature,
                 getLanes(featuresPerBlock, unit.lanes, /*exact=*/true));
  // There is nothing to merge where a run takes all images.
  if (features.runsOfImages && features.reductionSizes.size() == 1 &&
      features.reductionSizes.front() == 1) {
    run.compute_at(level);
    scheduleImages();
    addLanes(LoopLevel(sums, features.feature));
    return;
  }
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
  run.compute_at(partial, features.reduction[0]);
  if (features.runsOfImages) {
    scheduleImages();
  } else {
    prefetchImages(partial);
    scheduleRunOfLanes(features, vectorLanes);
  }
  addLanes(level);
}

/// Where the pixels of an image end, the processor does not know that those of
/// the next one come next.
void OutsideSchedule::prefetchImages(const Func &partial) {
  constexpr int64_t mostBytes = 64 * 1024;
  const int64_t bytes = features.pixels * int64_t(sizeof(float));
  if (isPrefetched(features.count * numFeatures) && bytes <= mostBytes &&
      features.reduction.size() > 1)
    prefetchLoop(kernel, partial, 1, features.reduction.back().name(), 1);
}

/// Adds the lanes of a feature: vectors of them first, where these are several,
/// then the halves of what is left.
void OutsideSchedule::addLanes(const LoopLevel &level) {
  if (!features.runsOfImages)
    return;
  constexpr int mostUnrolled = 16;
  RVar left = features.lane;
  int count = features.lanes;
  const int lanes = static_cast<int>(unit.lanes);
  for (int width = count > lanes ? lanes : count / 2; width > 1; width /= 2) {
    RVar parts("parts"), ofPart("of_part");
    Var lane("lane");
    Stage update = features.sums.update();
    update.split(left, parts, ofPart, width, TailStrategy::GuardWithIf);
    Func added = update.rfactor(ofPart, lane);
    added.compute_at(level)
        .store_in(MemoryType::Stack)
        .reorder_storage(lane, features.feature)
        .bound(lane, 0, width)
        .vectorize(lane);
    added.update()
        .reorder(
            {VarOrRVar(lane), VarOrRVar(parts), VarOrRVar(features.feature)})
        .vectorize(lane);
    if (count / width <= mostUnrolled)
      added.update().unroll(parts);
    left = ofPart;
    count = width;
  }
}

/// Runs of all pixels of a block of features lie in the cache, beside the data
/// of a few images.
void OutsideSchedule::scheduleImages() {
  Func &run = features.run;
  const int lanes = static_cast<int>(unit.lanes);
  run.reorder_storage(features.runLane, features.feature)
      .store_in(MemoryType::Register);
  if (features.denseLanes) {
    run.bound(features.runLane, 0, static_cast<int>(features.pixels));
    const Var pixel("pixel");
    for (Stage stage : {Stage(run), run.update()})
      stage.fuse(features.runLane, features.feature, pixel)
          .split(pixel, vector, element, lanes, TailStrategy::GuardWithIf)
          .vectorize(element);
    // Sums are stored once for as many steps; more of them gain nothing.
    constexpr int stepsPerStore = 2;
    RVar steps("steps"), ofSteps("of_steps");
    run.update()
        .split(features.step, steps, ofSteps, stepsPerStore,
               TailStrategy::GuardWithIf)
        .reorder({VarOrRVar(element), VarOrRVar(ofSteps), VarOrRVar(vector),
                  VarOrRVar(steps)})
        .unroll(ofSteps);
    return;
  }
  const int vectorLanes = std::min(features.lanes, lanes);
  run.reorder(features.runLane, features.feature)
      .bound(features.runLane, 0, features.lanes)
      .vectorize(features.runLane, vectorLanes);
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
void OutsideSchedule::splitFeatures(Func func, const Var &var, bool isFirst,
                                    int perBlock) {
  func.split(var, featureBlock, inner, perBlock, TailStrategy::GuardWithIf);
  if (isParallel)
    func.parallel(featureBlock);
  if (!isFirst)
    func.compute_with(kernel.output, featureBlock);
}

/// One more sweep, of whole cache lines. Their values are computed beside them,
/// per feature.
void OutsideSchedule::scheduleGroups() {
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
void OutsideSchedule::scheduleData() {
  const int dim = getVectorDim(kernel);
  const int extent = kernel.extents[dim];
  const int lanes = getLanes(extent, unit.lanes, kernel.inPlace);
  const bool isExact = kernel.inPlace || extent % lanes == 0;
  Var steps("steps"), lane("lane");
  kernel.output.split(kernel.vars[dim], steps, lane, lanes,
                      isExact ? TailStrategy::GuardWithIf
                              : TailStrategy::ShiftInwards);
  std::vector<VarOrRVar> order = {lane, steps, inner};
  for (int outer : getDimsByStride(kernel))
    if (outer != dim && outer != features.featureDim)
      order.emplace_back(kernel.vars[outer]);
  order.emplace_back(featureBlock);
  kernel.output.reorder(order).vectorize(lane);
}

void OutsideSchedule::chooseBlocks() {
  const int64_t fetched = blockBytes / int64_t(sizeof(float)) / features.pixels;
  const int64_t most =
      std::min<int64_t>(fetched, std::max(1, numFeatures / minimumTasks));
  const int perGroup = features.featuresPerGroup;
  featuresPerBlock =
      perGroup * getLargestDivisor(numFeatures / perGroup,
                                   std::max<int64_t>(1, most / perGroup));
}

void OutsideSchedule::schedule() {
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
  const LoopLevel level(kernel.output, featureBlock);
  scheduleLanes(level);
  for (FactorFunc &factor : kernel.factors)
    if (factor.features > FactorFunc::mostAtOnce)
      factor.func.compute_at(level).store_in(MemoryType::Stack);
}

void bnopt::scheduleFeaturesOutside(KernelFuncs &kernel, FeatureFuncs &features,
                                    const VectorUnit &unit, bool isParallel) {
  if (isParallel && shouldDivideFeatures(features))
    return scheduleDividedFeatures(kernel, features, unit);
  OutsideSchedule(kernel, features, unit, isParallel).schedule();
}
