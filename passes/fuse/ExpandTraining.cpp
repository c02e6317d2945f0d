//===- ExpandTraining.cpp - Training as reductions and elementwise --------===//
//
// With p the first element of a feature:
//
//   s = mean(x − p),  mean = p + s,  variance = mean(((x − p) − s)²)
//   y = ((x − p) − s)·f + offset,  f = scale/√(variance + epsilon)
//
// Where the mean is large beside the deviation, x − p is exact and small, and s
// has the digits that the rounded mean has lost. p is an element, so x − p is
// at most as far off as the largest y shows. A variance is a mean of squares:
// never negative.
//
//   dOffset = Σ dy,  dScale = Σ dy·(x − mean) / √(variance + epsilon)
//   dx = ((dy − dOffset/n) − (x − mean)·dScale/(n·√(variance + epsilon)))·f
//
// Differences are computed again by each kernel that reads them: in its load
// they cost less than a sweep over memory.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_EXPANDTRAININGPASS
#include "passes/Passes.h.inc"

namespace {

/// Builds with values per element (of the type of the data) and per feature
/// (vectors).
class FeatureBuilder {
public:
  FeatureBuilder(PatternRewriter &rewriter, Location loc, Value input,
                 int64_t featureIndex)
      : rewriter(rewriter), loc(loc),
        type(cast<RankedTensorType>(input.getType())),
        featureIndex(featureIndex) {}

  /// Elements per feature; none where it is unknown.
  std::optional<int64_t> getCount() const {
    SmallVector<int64_t> sizes(type.getShape());
    sizes.erase(sizes.begin() + featureIndex);
    if (ShapedType::isDynamicShape(sizes))
      return std::nullopt;
    return ShapedType::getNumElements(sizes);
  }

  template <typename Op>
  Value apply(Value lhs, Value rhs) {
    return Op::create(rewriter, loc, lhs, rhs);
  }

  /// `op` of values per element and values per feature.
  template <typename Op>
  Value applyFeatures(Value elements, Value features) {
    return apply<Op>(elements, broadcast(features));
  }

  /// The op that reduces all dimensions but the features'.
  template <typename Op>
  Value reduce(Value elements) {
    auto axes = llvm::to_vector(llvm::seq(type.getRank()));
    axes.erase(axes.begin() + featureIndex);
    if (axes.empty())
      return elements;
    return Op::create(rewriter, loc, elements,
                      rewriter.getDenseI64ArrayAttr(axes), UnitAttr());
  }

  Value getZeros() {
    return arith::ConstantOp::create(
        rewriter, loc,
        rewriter.getZeroAttr(RankedTensorType::get(
            {type.getDimSize(featureIndex)}, type.getElementType())));
  }

  /// The first element of each feature.
  Value getFirst(Value elements) {
    SmallVector<int64_t> offsets(type.getRank(), 0), ones(type.getRank(), 1);
    SmallVector<int64_t> sizes = ones;
    sizes[featureIndex] = type.getDimSize(featureIndex);
    Value first =
        nn::SliceOp::create(rewriter, loc, elements, offsets, sizes, ones);
    return reshape(first, sizes[featureIndex]);
  }

  /// √(variance + epsilon)
  Value getDeviation(Value variance, const APFloat &epsilon) {
    Value sum = apply<nn::AddOp>(variance,
                                 number("epsilon", epsilon.convertToDouble()));
    return nn::SqrtOp::create(rewriter, loc, sum);
  }

  /// A constant that stands for one value of every feature.
  Value number(StringRef role, double value) {
    return createConstant(rewriter, loc, role,
                          RankedTensorType::get({}, type.getElementType()),
                          value);
  }

private:
  /// One value per feature in a shape that broadcasts to that of the data.
  Value broadcast(Value features) {
    SmallVector<int64_t> shape(type.getRank() - featureIndex, 1);
    shape.front() = type.getDimSize(featureIndex);
    return reshape(features, shape);
  }

  Value reshape(Value value, ArrayRef<int64_t> shape) {
    auto reshaped = RankedTensorType::get(shape, type.getElementType());
    return value.getType() == reshaped
               ? value
               : Value(nn::ReshapeOp::create(rewriter, loc, reshaped, value));
  }

  PatternRewriter &rewriter;
  Location loc;
  RankedTensorType type;
  int64_t featureIndex;
};

/// Operators of elementary form have operands of one type, and features of a
/// known number.
template <typename Op>
LogicalResult matchTypes(Op op, PatternRewriter &rewriter) {
  Type elementType = getElementTypeOrSelf(op.getInput());
  const auto hasType = [&](Value value) {
    return getElementTypeOrSelf(value) == elementType;
  };
  if (!llvm::all_of(op->getOperands(), hasType) ||
      !llvm::all_of(op->getResults(), hasType))
    return rewriter.notifyMatchFailure(op, "operands of several types");
  if (op.getInput().getType().isDynamicDim(op.getFeatureIndex()))
    return rewriter.notifyMatchFailure(op, "the number of features is unknown");
  return success();
}

/// Sums over nothing are zero, as are statistics; there is nothing to
/// normalize.
template <typename Op>
bool hasNoElements(Op op) {
  return llvm::is_contained(op.getInput().getType().getShape(), 0);
}

//===----------------------------------------------------------------------===//
// Forward
//===----------------------------------------------------------------------===//

/// Normalizes what `center` makes of the input.
void expandNormalize(bn::NormalizeOp op, PatternRewriter &rewriter,
                     llvm::function_ref<Value(FeatureBuilder &)> center) {
  rewriter.setInsertionPoint(op);
  FeatureBuilder builder(rewriter, op.getLoc(), op.getInput(),
                         op.getFeatureIndex());
  Value factor = builder.apply<nn::DivOp>(
      op.getScale(), builder.getDeviation(op.getVariance(), op.getEpsilon()));
  Value y = builder.applyFeatures<nn::MulOp>(center(builder), factor);
  rewriter.replaceOp(op, builder.applyFeatures<nn::AddOp>(y, op.getOffset()));
}

/// The statistics of its own input, which are expanded with it.
bn::StatisticsOp getOwnStatistics(bn::NormalizeOp op) {
  auto statistics = op.getMean().getDefiningOp<bn::StatisticsOp>();
  if (!statistics || statistics.getInput() != op.getInput() ||
      statistics.getFeatureIndex() != op.getFeatureIndex() ||
      op.getMean() != statistics.getMean())
    return {};
  return statistics;
}

struct ExpandNormalize : OpRewritePattern<bn::NormalizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::NormalizeOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(matchTypes(op, rewriter)))
      return failure();
    if (getOwnStatistics(op))
      return rewriter.notifyMatchFailure(op, "expanded with its statistics");
    if (hasNoElements(op)) {
      rewriter.replaceOp(op, op.getInput());
      return success();
    }
    expandNormalize(op, rewriter, [&](FeatureBuilder &builder) {
      return builder.applyFeatures<nn::SubOp>(op.getInput(), op.getMean());
    });
    return success();
  }
};

/// Statistics, and what normalizes by them.
struct ExpandStatistics : OpRewritePattern<bn::StatisticsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::StatisticsOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(matchTypes(op, rewriter)))
      return failure();
    Value x = op.getInput();
    FeatureBuilder builder(rewriter, op.getLoc(), x, op.getFeatureIndex());
    if (hasNoElements(op)) {
      rewriter.replaceOp(op, {builder.getZeros(), builder.getZeros()});
      return success();
    }
    Value first = builder.getFirst(x);
    Value rest = builder.reduce<nn::ReduceMeanOp>(
        builder.applyFeatures<nn::SubOp>(x, first));
    const auto center = [&](FeatureBuilder &builder) {
      return builder.applyFeatures<nn::SubOp>(
          builder.applyFeatures<nn::SubOp>(x, first), rest);
    };
    Value centered = center(builder);
    Value variance = builder.reduce<nn::ReduceMeanOp>(
        builder.apply<nn::MulOp>(centered, centered));
    Value mean = builder.apply<nn::AddOp>(first, rest);

    // Each reads both statistics.
    const SetVector<Operation *> users(op->user_begin(), op->user_end());
    for (Operation *user : users)
      if (auto normalize = dyn_cast<bn::NormalizeOp>(user);
          normalize && getOwnStatistics(normalize) == op &&
          succeeded(matchTypes(normalize, rewriter)))
        expandNormalize(normalize, rewriter, center);
    rewriter.replaceOp(op, {mean, variance});
    return success();
  }
};

struct ExpandUpdateRunning : OpRewritePattern<bn::UpdateRunningOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::UpdateRunningOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getCount() == 0) {
      rewriter.replaceOp(op, op.getRunning());
      return success();
    }
    const auto [keep, update] = op.getFactors();
    FeatureBuilder builder(rewriter, op.getLoc(), op.getRunning(), 0);
    Value kept =
        builder.apply<nn::MulOp>(op.getRunning(), builder.number("keep", keep));
    Value added = builder.apply<nn::MulOp>(op.getStatistic(),
                                           builder.number("update", update));
    rewriter.replaceOp(op, builder.apply<nn::AddOp>(kept, added));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

struct ExpandGradientStatistics : OpRewritePattern<bn::GradientStatisticsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::GradientStatisticsOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(matchTypes(op, rewriter)))
      return failure();
    FeatureBuilder builder(rewriter, op.getLoc(), op.getInput(),
                           op.getFeatureIndex());
    if (hasNoElements(op)) {
      rewriter.replaceOp(op, {builder.getZeros(), builder.getZeros()});
      return success();
    }
    Value dy = op.getOutputGradient();
    Value centered =
        builder.applyFeatures<nn::SubOp>(op.getInput(), op.getMean());
    Value products =
        builder.reduce<nn::ReduceSumOp>(builder.apply<nn::MulOp>(dy, centered));
    Value scale = builder.apply<nn::DivOp>(
        products, builder.getDeviation(op.getVariance(), op.getEpsilon()));
    rewriter.replaceOp(op, {scale, builder.reduce<nn::ReduceSumOp>(dy)});
    return success();
  }
};

struct ExpandGradientInput : OpRewritePattern<bn::GradientInputOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::GradientInputOp op,
                                PatternRewriter &rewriter) const override {
    if (failed(matchTypes(op, rewriter)))
      return failure();
    FeatureBuilder builder(rewriter, op.getLoc(), op.getInput(),
                           op.getFeatureIndex());
    const std::optional<int64_t> count = builder.getCount();
    if (!count)
      return rewriter.notifyMatchFailure(op, "elements per feature unknown");
    if (*count == 0) {
      rewriter.replaceOp(op, op.getOutputGradient());
      return success();
    }
    Value deviation = builder.getDeviation(op.getVariance(), op.getEpsilon());
    Value factor = builder.apply<nn::DivOp>(op.getScale(), deviation);
    Value share = builder.number("share", 1.0 / static_cast<double>(*count));
    Value offset = builder.apply<nn::MulOp>(op.getOffsetGradient(), share);
    Value slope = builder.apply<nn::DivOp>(
        builder.apply<nn::MulOp>(op.getScaleGradient(), share), deviation);
    Value centered =
        builder.applyFeatures<nn::SubOp>(op.getInput(), op.getMean());
    Value dx = builder.applyFeatures<nn::SubOp>(op.getOutputGradient(), offset);
    dx = builder.apply<nn::SubOp>(
        dx, builder.applyFeatures<nn::MulOp>(centered, slope));
    rewriter.replaceOp(op, builder.applyFeatures<nn::MulOp>(dx, factor));
    return success();
  }
};

struct ExpandTrainingPass : impl::ExpandTrainingPassBase<ExpandTrainingPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandNormalize, ExpandStatistics, ExpandUpdateRunning,
                 ExpandGradientStatistics, ExpandGradientInput>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
