//===- SplitTraining.cpp - Sweeps of training as operators ----------------===//
//
//   bn.training = bn.normalize(x, …, bn.statistics(x))
//   bn.gradient = bn.gradient_input(x, …, bn.gradient_statistics(x, dy))
//
// The first of each pair reads all of a feature before the second can begin, so
// a kernel ends between them; each may be computed with what is beside it.
// Where nothing is, one kernel for both is better: it may find the data in
// cache.
//
//===----------------------------------------------------------------------===//

#include "passes/train/SplitTraining.h"
#include "passes/FloatCasts.h"
#include "passes/Passes.h"
#include "passes/fuse/LoadFusion.h"
#include "passes/fuse/StatisticsFusion.h"
#include "passes/train/NormalizedReaders.h"
#include "passes/train/SharedFeatures.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SPLITTRAININGPASS
#include "passes/Passes.h.inc"

bn::NormalizeOp splitTraining(RewriterBase &rewriter, bn::TrainingOp op) {
  // A rest is that of a mean that nothing has cast.
  const SmallVector<Type> completed(3, op.getBatchMean().getType());
  auto statistics =
      op.getMeanRest()
          ? bn::StatisticsOp::create(rewriter, op.getLoc(), completed,
                                     op.getInput(), op.getFeatureIndexAttr())
          : bn::StatisticsOp::create(rewriter, op.getLoc(), op.getInput(),
                                     op.getFeatureIndexAttr());
  auto normalized = bn::NormalizeOp::create(
      rewriter, op.getLoc(), op.getResult().getType(), op.getInput(),
      op.getScale(), op.getOffset(), statistics.getMean(),
      statistics.getVariance(), statistics.getMeanRest(), op.getEpsilonAttr(),
      op.getFeatureIndexAttr());
  // Whose type is that of the scale.
  const auto toType = [&](Value statistic) {
    return castElements(rewriter, op.getLoc(), statistic,
                        getElementTypeOrSelf(op.getBatchMean()));
  };
  SmallVector<Value> results = {normalized, toType(statistics.getMean()),
                                toType(statistics.getVariance())};
  if (op.getMeanRest())
    results.push_back(statistics.getMeanRest());
  rewriter.replaceOp(op, results);
  return normalized;
}

namespace {

/// Whether readers can compute `op` in their loads, with the cheap activations
/// that follow it one by one: a gate of the gradient of the same input, or all
/// others, of which there is one at least.
bool canBeLoaded(bn::TrainingOp op) {
  SmallVector<Operation *> load;
  Value last = op.getResult();
  for (;;) {
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : last.getUses()) {
      auto gate = dyn_cast<nn::GateOp>(use.getOwner());
      if (gate && use.get() == gate.getValue() &&
          isGateOfGradient(gate, op.getInput()))
        return true;
      uses.push_back(&use);
    }
    if (uses.size() != 1 || !isCheapActivation(uses.front()->getOwner()))
      return !uses.empty() && llvm::all_of(uses, [&](OpOperand *use) {
        return canComputeInLoad(*use, load);
      });
    load.push_back(uses.front()->getOwner());
    last = load.back()->getResult(0);
  }
}

/// Whether there is a reason to split `op`.
bool paysToSplit(bn::TrainingOp op, SplitWhere where) {
  switch (where) {
  case SplitWhere::All:
    return true;
  case SplitWhere::Loaded:
    return canBeLoaded(op);
  case SplitWhere::Shared:
    return areStatisticsShared(op.getInput(),
                               static_cast<int64_t>(op.getFeatureIndex()), op);
  case SplitWhere::Produced:
    return canTakeStatistics(op.getInput(),
                             static_cast<int64_t>(op.getFeatureIndex()));
  }
  llvm_unreachable("every reason has a condition");
}

/// Whether the type of the data is wider than that of the statistics.
bool castsStatistics(bn::TrainingOp op) {
  return getElementTypeOrSelf(op.getInput()).getIntOrFloatBitWidth() >
         getElementTypeOrSelf(op.getBatchMean()).getIntOrFloatBitWidth();
}

class SplitTraining : public OpRewritePattern<bn::TrainingOp> {
public:
  SplitTraining(MLIRContext *context, SplitWhere where)
      : OpRewritePattern(context), where(where) {}

  LogicalResult matchAndRewrite(bn::TrainingOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getMeanRest() && castsStatistics(op))
      return rewriter.notifyMatchFailure(op, "its mean is rounded twice");
    if (!paysToSplit(op, where))
      return rewriter.notifyMatchFailure(op, "is better as one kernel");
    splitTraining(rewriter, op);
    return success();
  }

private:
  SplitWhere where;
};

class SplitGradient : public OpRewritePattern<bn::GradientOp> {
public:
  SplitGradient(MLIRContext *context, SplitWhere where)
      : OpRewritePattern(context), where(where) {}

  LogicalResult matchAndRewrite(bn::GradientOp op,
                                PatternRewriter &rewriter) const override {
    if (where == SplitWhere::Produced &&
        !canTakeStatistics(op.getOutputGradient(),
                           static_cast<int64_t>(op.getFeatureIndex())))
      return rewriter.notifyMatchFailure(op, "is better as one kernel");
    // Sums of narrow types would be rounded between the sweeps.
    Type type = getElementTypeOrSelf(op.getMean());
    if (type.getIntOrFloatBitWidth() < 32)
      type = rewriter.getF32Type();
    const auto toType = [&](Value value, Type elementType) {
      return castElements(rewriter, op.getLoc(), value, elementType);
    };
    Value mean = toType(op.getMean(), type);
    Value variance = toType(op.getVariance(), type);
    auto statistics = bn::GradientStatisticsOp::create(
        rewriter, op.getLoc(), op.getInput(), mean, variance,
        op.getOutputGradient(), /*meanRest=*/Value(), op.getEpsilonAttr(),
        op.getFeatureIndexAttr());
    Value inputGradient = bn::GradientInputOp::create(
        rewriter, op.getLoc(), op.getInputGradient().getType(), op.getInput(),
        op.getScale(), mean, variance, op.getOutputGradient(),
        statistics.getScaleGradient(), statistics.getOffsetGradient(),
        /*meanRest=*/Value(), op.getEpsilonAttr(), op.getFeatureIndexAttr());
    const Type gradientType = getElementTypeOrSelf(op.getScaleGradient());
    rewriter.replaceOp(
        op, {inputGradient, toType(statistics.getScaleGradient(), gradientType),
             toType(statistics.getOffsetGradient(), gradientType)});
    return success();
  }

private:
  SplitWhere where;
};

int64_t countWhole(func::FuncOp func) {
  int64_t count = 0;
  func.walk(
      [&](Operation *op) { count += isa<bn::TrainingOp, bn::GradientOp>(op); });
  return count;
}

struct SplitTrainingPass : impl::SplitTrainingPassBase<SplitTrainingPass> {
  using SplitTrainingPassBase::SplitTrainingPassBase;

  void runOnOperation() override {
    const int64_t before = countWhole(getOperation());
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitTraining>(&getContext(), where);
    if (where == SplitWhere::All || where == SplitWhere::Produced)
      patterns.add<SplitGradient>(&getContext(), where);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    numSplit += before - countWhole(getOperation());
  }
};

} // namespace
} // namespace bnopt
