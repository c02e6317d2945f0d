//===- SimplifyTraining.cpp - What is known of training without data ------===//
//
// Sums over nothing are zero, as are statistics, and there is nothing to
// normalize. A normalization whose result nobody reads is its statistics.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SIMPLIFYTRAININGPASS
#include "passes/Passes.h.inc"

namespace {

/// Zeros of `type`; none where its size is unknown.
Value makeZeros(PatternRewriter &rewriter, Location loc, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.hasStaticShape())
    return {};
  return arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(tensor));
}

/// Replaces an operator without elements: results of the data's shape by
/// `data`, vectors by zeros.
template <typename Op>
struct RemoveEmpty : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!llvm::is_contained(op.getInput().getType().getShape(), 0))
      return rewriter.notifyMatchFailure(op, "has elements");
    SmallVector<Value> replacements;
    for (Value result : op->getResults()) {
      replacements.push_back(
          result.getType() == op.getInput().getType()
              ? op.getInput()
              : makeZeros(rewriter, op.getLoc(), result.getType()));
      if (!replacements.back())
        return rewriter.notifyMatchFailure(op, "unknown number of features");
    }
    rewriter.replaceOp(op, replacements);
    return success();
  }
};

template <typename Op>
struct KeepRunning : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op.getCount() != 0)
      return rewriter.notifyMatchFailure(op, "there are elements");
    rewriter.replaceOp(op, op.getRunning());
    return success();
  }
};

/// Whether the statistics of `op` have the types that `bn.statistics` gives.
bool hasTypeOfStatistics(bn::TrainingOp op) {
  const Value input = op.getInput();
  bn::StatisticsOp::Properties properties;
  properties.setFeatureIndex(op.getFeatureIndexAttr());
  SmallVector<Type> types;
  return succeeded(bn::StatisticsOp::inferReturnTypes(
             op.getContext(), op.getLoc(),
             bn::StatisticsOp::Adaptor(ValueRange(input), {}, properties),
             types)) &&
         types == SmallVector<Type>{op.getBatchMean().getType(),
                                    op.getBatchVariance().getType()};
}

struct TrainingToStatistics : OpRewritePattern<bn::TrainingOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::TrainingOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getResult().use_empty())
      return rewriter.notifyMatchFailure(op, "the result is read");
    if (!hasTypeOfStatistics(op))
      return rewriter.notifyMatchFailure(op, "statistics of another type");
    auto statistics = bn::StatisticsOp::create(
        rewriter, op.getLoc(), TypeRange(op->getResultTypes()).drop_front(),
        op.getInput(), op.getFeatureIndexAttr());
    SmallVector<Value> results = {op.getInput()};
    llvm::append_range(results, statistics->getResults());
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct SimplifyTrainingPass
    : impl::SimplifyTrainingPassBase<SimplifyTrainingPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns
        .add<RemoveEmpty<bn::TrainingOp>, RemoveEmpty<bn::StatisticsOp>,
             RemoveEmpty<bn::NormalizeOp>, RemoveEmpty<bn::GradientOp>,
             RemoveEmpty<bn::GradientStatisticsOp>,
             RemoveEmpty<bn::GradientInputOp>, KeepRunning<bn::UpdateRunningOp>,
             KeepRunning<bn::UpdateCumulativeOp>, TrainingToStatistics>(
            &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
