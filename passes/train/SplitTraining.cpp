//===- SplitTraining.cpp - Sweeps of training as operators ----------------===//
//
//   bn.training = bn.normalize(x, …, bn.statistics(x))
//   bn.gradient = bn.gradient_input(x, …, bn.gradient_statistics(x, dy))
//
// The first of each pair reads all of a feature before the second can begin, so
// a kernel ends between them; each may be computed with what is beside it.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SPLITTRAININGPASS
#include "passes/Passes.h.inc"

namespace {

struct SplitTraining : OpRewritePattern<bn::TrainingOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::TrainingOp op,
                                PatternRewriter &rewriter) const override {
    // Nothing converts between the types of one operator's statistics and the
    // other's.
    Type elementType = getElementTypeOrSelf(op.getInput());
    if (elementType.getIntOrFloatBitWidth() < 32)
      elementType = rewriter.getF32Type();
    if (elementType != getElementTypeOrSelf(op.getBatchMean()))
      return rewriter.notifyMatchFailure(op, "statistics of another type");
    auto statistics = bn::StatisticsOp::create(
        rewriter, op.getLoc(),
        TypeRange{op.getBatchMean().getType(), op.getBatchVariance().getType()},
        op.getInput(), op.getFeatureIndexAttr());
    Value normalized =
        bn::NormalizeOp::create(rewriter, op.getLoc(), op.getResult().getType(),
                                op.getInput(), op.getScale(), op.getOffset(),
                                statistics.getMean(), statistics.getVariance(),
                                op.getEpsilonAttr(), op.getFeatureIndexAttr());
    rewriter.replaceOp(
        op, {normalized, statistics.getMean(), statistics.getVariance()});
    return success();
  }
};

struct SplitGradient : OpRewritePattern<bn::GradientOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::GradientOp op,
                                PatternRewriter &rewriter) const override {
    if (getElementTypeOrSelf(op.getMean()) !=
        getElementTypeOrSelf(op.getScaleGradient()))
      return rewriter.notifyMatchFailure(op, "gradients of another type");
    auto statistics = bn::GradientStatisticsOp::create(
        rewriter, op.getLoc(),
        TypeRange{op.getScaleGradient().getType(),
                  op.getOffsetGradient().getType()},
        op.getInput(), op.getMean(), op.getVariance(), op.getOutputGradient(),
        op.getEpsilonAttr(), op.getFeatureIndexAttr());
    Value inputGradient = bn::GradientInputOp::create(
        rewriter, op.getLoc(), op.getInputGradient().getType(), op.getInput(),
        op.getScale(), op.getMean(), op.getVariance(), op.getOutputGradient(),
        statistics.getScaleGradient(), statistics.getOffsetGradient(),
        op.getEpsilonAttr(), op.getFeatureIndexAttr());
    rewriter.replaceOp(op, {inputGradient, statistics.getScaleGradient(),
                            statistics.getOffsetGradient()});
    return success();
  }
};

int64_t countWhole(func::FuncOp func) {
  int64_t count = 0;
  func.walk(
      [&](Operation *op) { count += isa<bn::TrainingOp, bn::GradientOp>(op); });
  return count;
}

struct SplitTrainingPass : impl::SplitTrainingPassBase<SplitTrainingPass> {
  void runOnOperation() override {
    const int64_t before = countWhole(getOperation());
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitTraining, SplitGradient>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    numSplit += before - countWhole(getOperation());
  }
};

} // namespace
} // namespace bnopt
