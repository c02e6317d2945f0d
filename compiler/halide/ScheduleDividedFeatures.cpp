//===- ScheduleDividedFeatures.cpp - Few features outside -----------------===//
//
// NCHW, of fewer features than there may be threads. What is summed of a
// feature is divided too, into parts of the images, and so is the output:
//
//   run, lanes(c, l)  as of more features, of a part
//   parts(c, p)       their sums, which are computed in parallel
//   sums, statistics, then the output in one more sweep
//
// Measured on two threads, 3 features of 128×112²: forward 0.69 to 0.94 of the
// roofline, backward 0.68 to 0.97. Parts depend on shapes alone: results are
// the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

#include <algorithm>

using namespace bnopt;
using Halide::Func;
using Halide::MemoryType;
using Halide::RVar;
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Data of a feature that a second-level cache does not keep for the second
/// sweep. Otherwise that would be read once more from beyond: measured, up to 8
/// % of the time, which three features lose sooner on two threads.
static constexpr int64_t uncachedBytes = 2 << 20;
static constexpr int fewestCached = 4;

bool bnopt::shouldDivideFeatures(const FeatureFuncs &features) {
  const int numFeatures = features.extents[features.featureDim];
  const bool isCached = features.count * int64_t(sizeof(float)) < uncachedBytes;
  return numFeatures < (isCached ? fewestCached : minimumTasks) &&
         features.reduction.size() > 1 && features.featuresPerGroup == 1 &&
         !features.runsOfImages;
}

/// Sums of a part of a feature, as a task.
static void scheduleLanes(FeatureFuncs &features, Func partial,
                          const RVar &within, const Var &part, Func kept,
                          const Var &task, int vectorLanes) {
  Var lane("lane");
  Func ofLanes = partial.update().rfactor(features.lane, lane);
  ofLanes.compute_at(kept, task)
      .store_in(MemoryType::Register)
      .reorder_storage(lane, features.feature, part)
      .bound(lane, 0, features.lanes)
      .vectorize(lane, vectorLanes);
  std::vector<VarOrRVar> order = {lane};
  order.insert(order.end(), features.reduction.begin(),
               features.reduction.end() - 1);
  order.emplace_back(within);
  ofLanes.update().reorder(order).vectorize(lane, vectorLanes).unroll(lane);
  features.run.compute_at(ofLanes, features.reduction[0]);
  scheduleRunOfLanes(features, vectorLanes);
  partial.compute_at(kept, task).store_in(MemoryType::Stack);
}

void bnopt::scheduleDividedFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                                    const VectorUnit &unit) {
  const int numFeatures = features.extents[features.featureDim];
  const auto images = static_cast<int>(features.reductionSizes.back());
  const int parts = getLargestDivisor(
      images, static_cast<int>(FeatureFuncs::maximumParts) / numFeatures);
  RVar partLoop("parts"), within("within");
  Var part("part"), task("task");
  Stage update = features.sums.update();
  update.split(features.reduction.back(), partLoop, within, images / parts,
               TailStrategy::GuardWithIf);
  Func partial = update.rfactor(partLoop, part);
  Func kept = partial.in();
  kept.compute_root()
      .store_in(MemoryType::Register)
      .fuse(features.feature, part, task)
      .parallel(task);
  scheduleLanes(features, partial, within, part, kept, task,
                std::min<int>(features.lanes, static_cast<int>(unit.lanes)));
  features.sums.compute_root().store_in(MemoryType::Stack);
  features.statistics.compute_root().store_in(MemoryType::Stack);
  scheduleElementwise(kernel, unit);
}
