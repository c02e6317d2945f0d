//===- SplitAffines.cpp - Scale and offset out of norms, and back ---------===//
//
// A norm that computes its statistics never folds, but what it does afterwards
// is a scale-shift,
//
//   norm(x; scale, offset) = scale·norm(x; 1, 0) + offset,
//
// which the operators that read it may absorb: forwards, and never backwards,
// since what stands above a norm is divided by its root. Split off it takes
// part in the fold phase. What is still there at the end goes back, and so does
// any other scale-shift below a norm:
//
//   s·norm(x; scale, offset) + t = norm(x; s·scale, s·offset + t).
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"
#include "passes/fold/DeadOperators.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/NormAffine.h"
#include "passes/fold/ScaleAndShift.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SPLITAFFINESPASS
#define GEN_PASS_DEF_MERGEAFFINESPASS
#include "passes/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

/// Moves scale and offset of `norm` into a scale-shift below it.
bool splitAffine(Operation *norm) {
  // The statistics of a training norm go to the caller with it.
  if (isa<bn::TrainingOp>(norm) || isAskedToStay(norm))
    return false;
  std::optional<NormAffine> affine = readNormAffine(norm);
  // Parameters along several dimensions are no scale-shift.
  if (!affine || affine->isIdentity() || affine->firstDim != affine->lastDim)
    return false;
  ScaleAndShift values(affine->scale.size(), affine->firstDim);
  std::swap(values.scale, affine->scale);
  std::swap(values.shift, affine->offset);
  OpBuilder builder(norm);
  // A scale-shift has finite parameters.
  if (!isFiniteIn(values, builder.getF64Type()))
    return false;
  writeNormAffine(builder, norm, *affine);
  builder.setInsertionPointAfter(norm);
  Value result = norm->getResult(0);
  auto scaleShift = createScaleShift(builder, norm->getLoc(), result, values);
  result.replaceAllUsesExcept(scaleShift.getResult(), scaleShift);
  return true;
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

/// The feature of each element of parameters along the dimensions of `affine`.
SmallVector<size_t> getFeatures(const NormAffine &affine, RankedTensorType type,
                                int64_t featureIndex) {
  int64_t inner = 1;
  for (int64_t dim = featureIndex + 1; dim <= affine.lastDim; ++dim)
    inner *= type.getDimSize(dim);
  SmallVector<size_t> features;
  for (int64_t i = 0; i < static_cast<int64_t>(affine.scale.size()); ++i)
    features.push_back(i / inner % type.getDimSize(featureIndex));
  return features;
}

/// Moves `scaleShift` into the norm above it.
bool mergeAffine(bn::ScaleShiftOp scaleShift) {
  Operation *norm = scaleShift.getInput().getDefiningOp();
  // Another user would see scaled values.
  if (!norm || !scaleShift.getInput().hasOneUse() || isAskedToStay(norm) ||
      isAskedToStay(scaleShift))
    return false;
  std::optional<NormAffine> affine = readNormAffine(norm);
  std::optional<ScaleAndShift> values = readScaleAndShift(scaleShift);
  if (!affine || !values || values->featureIndex < affine->firstDim ||
      values->featureIndex > affine->lastDim ||
      (hasShift(*values) && !affine->takesOffset))
    return false;
  const auto features =
      getFeatures(*affine, scaleShift.getType(), values->featureIndex);
  for (auto [index, feature] : llvm::enumerate(features)) {
    affine->scale[index] *= values->scale[feature];
    affine->offset[index] =
        values->scale[feature] * affine->offset[index] + values->shift[feature];
  }
  OpBuilder builder(norm);
  if (!writeNormAffine(builder, norm, *affine))
    return false;
  // What was split off only comes back.
  if (scaleShift.getLoc() != norm->getLoc())
    remarkFolded(scaleShift, {norm, getNodeNames(norm->getLoc())},
                 "scale' = s*scale, offset' = s*offset + t");
  scaleShift.replaceAllUsesWith(scaleShift.getInput());
  eraseIfDead(scaleShift);
  return true;
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

/// Why norms stay at the end of the fold phase.
FoldObstacle getStatisticsObstacle(Operation *norm) {
  if (isAskedToStay(norm))
    return {ObstacleKind::AskedToKeep, "asked to keep"};
  if (isa<bn::TrainingOp>(norm))
    return {ObstacleKind::TrainingStatistics,
            "mean and variance are those of the batch"};
  return {ObstacleKind::ComputedStatistics,
          "its statistics are those of the input"};
}

struct SplitAffinesPass : impl::SplitAffinesPassBase<SplitAffinesPass> {
  void runOnOperation() override {
    SmallVector<Operation *> norms;
    getOperation()->walk([&](Operation *op) { norms.push_back(op); });
    for (Operation *norm : norms)
      numSplit += splitAffine(norm);
  }
};

struct MergeAffinesPass : impl::MergeAffinesPassBase<MergeAffinesPass> {
  void runOnOperation() override {
    SmallVector<bn::ScaleShiftOp> scaleShifts;
    getOperation()->walk(
        [&](bn::ScaleShiftOp op) { scaleShifts.push_back(op); });
    // From above: a second one then stands below the norm, too.
    for (bn::ScaleShiftOp scaleShift : scaleShifts)
      numMerged += mergeAffine(scaleShift);
    getOperation()->walk([](Operation *op) {
      if (hasComputedStatistics(op))
        remarkKept(op, getStatisticsObstacle(op));
    });
  }
};

} // namespace
} // namespace bnopt
