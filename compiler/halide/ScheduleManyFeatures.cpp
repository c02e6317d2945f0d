//===- ScheduleManyFeatures.cpp - The same of very many features ----------===//
//
// Numbers of all features would fill the stack. So a block of features after
// another, in parallel: pieces of all rows are read for the sums, and again,
// from the cache if they fit, for the output.
//
//   run            of some of the block's features, several rows at a time into
//                  the first-level cache
//   sums(c)        of all runs, and the statistics of the block
//
// 64 to 512 rows of 8192 to 65536 take 0.87 to 0.96 of the roofline.
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
using Halide::Stage;
using Halide::TailStrategy;
using Halide::Var;
using Halide::VarOrRVar;

/// Vectors of a block, which the loops over runs divide. Its pieces of rows,
/// 2 to 8 KB, are long enough for the processor to fetch ahead.
static constexpr int leastBlockVectors = maximumRunVectors,
                     mostBlockVectors = 4 * maximumRunVectors;

/// Rows of the output that share what they load of the statistics, and vectors
/// of each that are computed together.
static constexpr int rowsTogether = 4, vectorsTogether = 4;

namespace {
class ManyFeaturesSchedule {
public:
  ManyFeaturesSchedule(KernelFuncs &kernel, int numFeatures, int featureDim,
                       const VectorUnit &unit, bool isParallel)
      : kernel(kernel), featureDim(featureDim),
        lanes(static_cast<int>(unit.lanes)), isParallel(isParallel) {
    chooseBlocks(numFeatures);
  }

  void scheduleOutput();
  void scheduleVectors(bool isOutput);
  void scheduleSums(FeatureFuncs &features);
  void scheduleFactors();

private:
  void chooseBlocks(int numFeatures);
  void splitFeatures(Func func, const Var &feature);
  void placeInBlock(Func func);
  std::vector<int> getOtherDims(int vectorDim) const;

  KernelFuncs &kernel;
  int featureDim, lanes;
  bool isParallel;
  int blockFeatures = 1, runVectors = maximumRunVectors;
  Var featureBlock{"feature_block"}, inner{"inner"};
};
} // namespace

/// The last block is shifted to end with the features. Where what it would read
/// again has been overwritten, blocks divide these.
void ManyFeaturesSchedule::chooseBlocks(int numFeatures) {
  lanes = getLanes(numFeatures, lanes, kernel.inPlace);
  if (kernel.inPlace) {
    runVectors = getLargestDivisor(numFeatures / lanes, 2 * maximumRunVectors);
    blockFeatures = lanes * runVectors;
    return;
  }
  const int vectors = std::clamp(numFeatures / lanes / minimumTasks,
                                 leastBlockVectors, mostBlockVectors);
  blockFeatures = lanes * (vectors / runVectors * runVectors);
}

/// Divides the features of `func`, its loop `feature`, as the tasks of the
/// kernel do.
void ManyFeaturesSchedule::splitFeatures(Func func, const Var &feature) {
  func.split(feature, featureBlock, inner, blockFeatures,
             kernel.inPlace ? TailStrategy::GuardWithIf
                            : TailStrategy::ShiftInwards);
  if (isParallel)
    func.parallel(featureBlock);
  if (func.name() != kernel.output.name())
    func.compute_with(kernel.output, featureBlock);
}

/// Results that are vectors of features; the output may be one.
void ManyFeaturesSchedule::scheduleVectors(bool isOutput) {
  std::vector<Func> vectors = kernel.vectors;
  if (isOutput)
    vectors.insert(vectors.begin(), kernel.output);
  for (Func &vector : vectors) {
    splitFeatures(vector, vector.args()[0]);
    vector.vectorize(inner, lanes);
  }
}

void ManyFeaturesSchedule::placeInBlock(Func func) {
  func.compute_at(kernel.output, featureBlock)
      .store_in(MemoryType::Register)
      .vectorize(func.args()[0], lanes);
}

/// Those that are not computed at once with those of all features.
void ManyFeaturesSchedule::scheduleFactors() {
  for (const FactorFunc &factor : kernel.factors)
    if (factor.features > FactorFunc::mostAtOnce)
      placeInBlock(factor.func);
}

void ManyFeaturesSchedule::scheduleSums(FeatureFuncs &features) {
  Func &sums = features.sums;
  placeInBlock(sums);
  placeInBlock(features.statistics);
  Var runBlock("run_block"), vector("vector"), element("element");
  Stage update = sums.update();
  update
      .split(features.feature, runBlock, vector, lanes * runVectors,
             TailStrategy::GuardWithIf)
      .split(vector, vector, element, lanes, TailStrategy::GuardWithIf);
  std::vector<VarOrRVar> order = {element, vector, runBlock, features.lane};
  order.insert(order.end(), features.reduction.begin(),
               features.reduction.end());
  update.reorder(order).vectorize(element);
  scheduleRunInCache(features, LoopLevel(sums, runBlock), lanes);
}

/// The dimensions that are neither the features' nor that of the vectors, from
/// the smallest stride on.
std::vector<int> ManyFeaturesSchedule::getOtherDims(int vectorDim) const {
  std::vector<int> dims = getDimsByStride(kernel);
  llvm::erase_if(
      dims, [&](int dim) { return dim == vectorDim || dim == featureDim; });
  return dims;
}

/// One more sweep, of a block at a time.
void ManyFeaturesSchedule::scheduleOutput() {
  Func &output = kernel.output;
  splitFeatures(output, kernel.vars[featureDim]);
  const int vectorDim = getVectorDim(kernel);
  const bool alongFeatures = vectorDim == featureDim;
  const int extent = alongFeatures ? blockFeatures : kernel.extents[vectorDim];
  const int vectorLanes = getLanes(extent, lanes, kernel.inPlace);
  Var steps("steps"), vector("vector"), lane("lane"), row("row");
  splitLoop(output, alongFeatures ? inner : kernel.vars[vectorDim], steps, lane,
            vectorLanes, extent, kernel.inPlace);
  output.vectorize(lane);
  std::vector<VarOrRVar> order = {lane, steps};
  std::vector<int> dims = getOtherDims(vectorDim);
  if (alongFeatures) {
    output.split(steps, steps, vector, vectorsTogether,
                 TailStrategy::GuardWithIf);
    order = {lane, vector, steps};
    // The first dimension that has rows.
    auto rows =
        llvm::find_if(dims, [&](int dim) { return kernel.extents[dim] > 1; });
    if (rows != dims.end()) {
      const Var &var = kernel.vars[*rows];
      output.split(var, var, row,
                   getLargestDivisor(kernel.extents[*rows], rowsTogether),
                   TailStrategy::GuardWithIf);
      output.unroll(row);
      order.insert(order.begin() + 1, row);
    }
    output.unroll(vector);
  } else {
    order.emplace_back(inner);
  }
  for (int dim : dims)
    order.emplace_back(kernel.vars[dim]);
  order.emplace_back(featureBlock);
  output.reorder(order);
}

void bnopt::scheduleManyFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                                 const VectorUnit &unit, bool isParallel) {
  ManyFeaturesSchedule schedule(kernel, features.extents[features.featureDim],
                                features.featureDim, unit, isParallel);
  if (features.writesData)
    schedule.scheduleOutput();
  schedule.scheduleVectors(/*isOutput=*/!features.writesData);
  schedule.scheduleFactors();
  schedule.scheduleSums(features);
}

void bnopt::scheduleManyFactors(KernelFuncs &kernel, const VectorUnit &unit) {
  const FactorFunc &factor = kernel.factors.front();
  ManyFeaturesSchedule schedule(kernel, factor.features, factor.dim, unit,
                                /*isParallel=*/true);
  schedule.scheduleOutput();
  schedule.scheduleFactors();
}
