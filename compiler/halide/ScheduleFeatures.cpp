//===- ScheduleFeatures.cpp - Normalizations by the statistics of a batch -===//
//
// Bound by memory: the data are read once for the sums and once more for the
// result, in the order in which they lie. The arithmetic of the sums, in f64,
// takes about a third of the time that loads from memory take.
//
// Features innermost (NHWC, matrices):
//
//   run(c, …)      sums over neighbouring pixels, in registers
//   partial(c, p)  the sums of the runs of part p, on the stack; parts are
//                  computed in parallel
//   sums, statistics, then the output in one more sweep
//
// Features outside (NCHW): a block of features after another, in parallel. All
// of its data are read for the sums, and again, from the cache if they fit, for
// the output.
//
//   lanes(c, l)    the sums of every l-th pixel, in a vector
//
// Parts depend on shapes alone: results are the same for any number of threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/ReductionParts.h"
#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

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

/// What a run reads: a part of the smallest first-level cache.
static constexpr int64_t runBytes = 16 * 1024;

/// Pixels of a run: fewer would leave its loop no work.
static constexpr int64_t minimumRun = 4, maximumRun = 256;

static constexpr int64_t maximumParts = 64;

/// Partial sums that the stack takes.
static constexpr int64_t maximumPartialBytes = 192 * 1024;

/// Neighbouring features that one task computes while their pixels are few:
/// as many as fill what the processor fetches ahead.
static constexpr int64_t blockBytes = 8 * 1024;

/// Results from here on bypass the cache: twice the second-level cache of a
/// core. Measured on 3 to 100 MB, copies gain 1.2 to 1.8 times.
static constexpr int64_t streamingBytes = 4 << 20;

/// Vectors of pixels per step, where there are enough.
static constexpr int vectorsPerStep = 2;

/// Elements that a core moves per cycle from its second-level cache.
static constexpr int64_t elementsPerCycle = 4;

namespace {
class FeatureSchedule {
public:
  FeatureSchedule(KernelFuncs &kernel, FeatureFuncs &features,
                  const VectorUnit &unit)
      : kernel(kernel), features(features), unit(unit),
        numFeatures(features.extents[features.featureDim]),
        numSums(features.sums.outputs()) {
    count = 1;
    for (int64_t size : features.reductionSizes)
      count *= size;
    isParallel = count * numFeatures / elementsPerCycle >= parallelCycles;
  }

  void schedule() {
    const int64_t bytes = count * numFeatures * int64_t(sizeof(float));
    kernel.streams =
        features.writesData && !kernel.inPlace && bytes >= streamingBytes;
    if (areFeaturesOutside())
      scheduleOutside();
    else
      scheduleInnermost();
  }

private:
  bool areFeaturesOutside() const;

  void scheduleInnermost();
  void schedulePartial(Func partial, Func run, const RVar &within,
                       const Var &part);
  void scheduleVector(Func func);

  void scheduleOutside();
  void scheduleLanes(const LoopLevel &level);
  void splitFeatures(Func func, const Var &var, bool isFirst);
  void scheduleData(const std::vector<VarOrRVar> &outer);

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

/// Pixels of a feature follow each other in memory.
bool FeatureSchedule::areFeaturesOutside() const {
  for (size_t dim = 0; dim < features.strides.size(); ++dim)
    if (static_cast<int>(dim) != features.featureDim &&
        features.strides[dim] == 1 && features.extents[dim] > 1)
      return true;
  return false;
}

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

void FeatureSchedule::schedulePartial(Func partial, Func run,
                                      const RVar &within, const Var &part) {
  const Var &feature = features.feature;
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  // A vector of f32 is two of f64 per sum, and two of what is subtracted.
  const int perBlock = floorToPowerOfTwo(
      std::max<int>(1, static_cast<int>(unit.registers) / (2 * numSums + 4)));
  const int vectors = std::max(1, std::min(perBlock, numFeatures / lanes));
  const int step = lanes * vectors;
  partial.compute_root().store_in(MemoryType::Register);
  partial.vectorize(feature, lanes, TailStrategy::ShiftInwards);
  Stage update = partial.update();
  update.split(feature, block, inner, step,
               numFeatures % step == 0 ? TailStrategy::GuardWithIf
                                       : TailStrategy::ShiftInwardsAndBlend);
  update.split(inner, vector, element, lanes, TailStrategy::GuardWithIf);
  update.reorder({element, vector, block, within, part});
  update.vectorize(element).unroll(vector);
  if (isParallel)
    update.parallel(part);

  run.compute_at(partial, block).store_in(MemoryType::Register);
  run.vectorize(feature, lanes).unroll(feature);
}

void FeatureSchedule::scheduleInnermost() {
  Func &sums = features.sums;
  Stage update = sums.update();
  std::vector<Steps> loops;
  for (size_t i = 0; i < features.reduction.size(); ++i)
    loops.push_back({features.reduction[i], features.reductionSizes[i]});
  const int64_t rowBytes =
      int64_t(numFeatures) * features.numInputs * sizeof(float);
  const int64_t length =
      std::min(std::clamp(runBytes / rowBytes, minimumRun, maximumRun), count);
  std::vector<RVar> runLoops;
  const Steps runs = splitRun(update, loops, length, runLoops);
  const int64_t partBytes = int64_t(numFeatures) * numSums * sizeof(double);
  const int64_t parts = std::max<int64_t>(
      1, std::min({runs.count, maximumParts, maximumPartialBytes / partBytes}));
  RVar partLoop("parts"), within("within");
  update.split(runs.var, partLoop, within,
               static_cast<int>((runs.count + parts - 1) / parts),
               TailStrategy::GuardWithIf);
  Var part("part"), withinPart("within_part");
  Func partial = update.rfactor(partLoop, part);
  Func run = partial.update().rfactor(within, withinPart);
  std::vector<VarOrRVar> order = {features.feature};
  order.insert(order.end(), runLoops.begin(), runLoops.end());
  const int lanes = getLanes(numFeatures, unit.lanes, false);
  schedulePartial(partial, run, within, part);
  run.update()
      .reorder(order)
      .vectorize(features.feature, lanes)
      .unroll(features.feature);

  scheduleVector(sums);
  sums.update()
      .reorder({VarOrRVar(features.feature), VarOrRVar(partLoop)})
      .vectorize(features.feature, lanes, TailStrategy::ShiftInwardsAndBlend);
  scheduleVector(features.statistics);
  for (Func result : kernel.vectors)
    result.vectorize(result.args()[0], getLanes(numFeatures, unit.lanes, false),
                     TailStrategy::ShiftInwards);
  scheduleElementwise(kernel, unit);
}

//===----------------------------------------------------------------------===//
// Features outside
//===----------------------------------------------------------------------===//

void FeatureSchedule::scheduleLanes(const LoopLevel &level) {
  Func &sums = features.sums;
  const int64_t pixels = features.reductionSizes[0];
  const int wanted =
      static_cast<int>(unit.lanes) *
      (pixels >= 8 * vectorsPerStep * int64_t(unit.lanes) ? vectorsPerStep : 1);
  const int lanes = getLanes(
      static_cast<int>(std::min<int64_t>(pixels, 1 << 20)), wanted, false);
  RVar pixelStep("pixel_step"), pixelLane("pixel_lane");
  sums.update().split(features.reduction[0], pixelStep, pixelLane, lanes,
                      TailStrategy::GuardWithIf);
  Var lane("lane");
  Func partial = sums.update().rfactor(pixelLane, lane);
  partial.compute_at(level).store_in(MemoryType::Stack);
  partial.bound(lane, 0, lanes).vectorize(lane, lanes);
  std::vector<VarOrRVar> order = {lane, pixelStep, features.feature};
  for (size_t i = 1; i < features.reduction.size(); ++i)
    order.emplace_back(features.reduction[i]);
  partial.update().reorder(order).vectorize(lane, lanes);
  sums.compute_at(level).store_in(MemoryType::Stack);
  features.statistics.compute_at(level).store_in(MemoryType::Stack);
}

/// Divides the features of `func`, its loop `var`, as the tasks of the kernel
/// do.
void FeatureSchedule::splitFeatures(Func func, const Var &var, bool isFirst) {
  func.split(var, featureBlock, inner, featuresPerBlock,
             TailStrategy::GuardWithIf);
  if (isParallel)
    func.parallel(featureBlock);
  if (!isFirst)
    func.compute_with(kernel.output, featureBlock);
}

/// One more sweep: pixels of a feature, features of the block, then `outer`.
void FeatureSchedule::scheduleData(const std::vector<VarOrRVar> &outer) {
  const int dim = getVectorDim(kernel);
  const int extent = kernel.extents[dim];
  const int lanes = getLanes(extent, unit.lanes, kernel.inPlace);
  const bool isExact = kernel.inPlace || extent % lanes == 0;
  Var steps("steps"), lane("lane");
  kernel.output.split(kernel.vars[dim], steps, lane, lanes,
                      isExact ? TailStrategy::GuardWithIf
                              : TailStrategy::ShiftInwards);
  std::vector<VarOrRVar> order = {lane, steps};
  order.insert(order.end(), outer.begin(), outer.end());
  kernel.output.reorder(order).vectorize(lane);
}

void FeatureSchedule::scheduleOutside() {
  featuresPerBlock = getLargestDivisor(
      numFeatures,
      std::max<int64_t>(
          1, std::min<int64_t>(blockBytes / int64_t(sizeof(float)) /
                                   features.reductionSizes[0],
                               std::max(1, numFeatures / minimumTasks))));
  const Var feature =
      features.writesData ? kernel.vars[features.featureDim] : kernel.vars[0];
  splitFeatures(kernel.output, feature, /*isFirst=*/true);
  if (features.writesData) {
    std::vector<size_t> dims(kernel.vars.size());
    std::iota(dims.begin(), dims.end(), 0);
    std::sort(dims.begin(), dims.end(), [&](size_t a, size_t b) {
      return kernel.strides[a] < kernel.strides[b];
    });
    std::vector<VarOrRVar> outer = {inner};
    const auto vectorDim = static_cast<size_t>(getVectorDim(kernel));
    for (size_t dim : dims)
      if (dim != vectorDim && static_cast<int>(dim) != features.featureDim)
        outer.emplace_back(kernel.vars[dim]);
    outer.emplace_back(featureBlock);
    scheduleData(outer);
  }
  for (const Func &result : kernel.vectors)
    splitFeatures(result, result.args()[0], /*isFirst=*/false);
  scheduleLanes(LoopLevel(kernel.output, featureBlock));
}

void bnopt::scheduleFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                             const VectorUnit &unit) {
  FeatureSchedule(kernel, features, unit).schedule();
}
