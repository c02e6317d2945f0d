//===- TrainingToLinalg.cpp - Training batch norm as loops ----------------===//
//
// Statistics take two passes over the data: the sum of the values, then that of
// the squared differences from their mean, which cannot cancel:
// mean(x²) − mean(x)² would lose everything where the mean is large.
//
//   dOffset = Σ dy,  dScale = Σ dy·(x − mean)/√(variance + epsilon)
//   dx = f·(dy − dOffset/n − (x − mean)·dScale/(n·√(variance + epsilon)))
//
// with f = scale/√(variance + epsilon): one pass for the sums, one for dx.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/convert/BNToLinalg.h"

using namespace mlir;

namespace bnopt {

/// `sums`, each divided by `count`.
static Value divideSums(OpBuilder &builder, Location loc, Value sums,
                        Value count) {
  ElementLoops loops(builder, loc, sums);
  return loops.map(loops.all(sums), count.getType(),
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     return SmallVector<Value>{scalars.div(elements[0], count)};
                   });
}

LoopStatistics buildStatistics(OpBuilder &builder, Location loc, Value input,
                               ArrayRef<int64_t> keptDims, Type type,
                               bool centered) {
  ElementLoops loops(builder, loc, input);
  Value count = loops.countSummed(keptDims, type);
  SmallVector<LoopOperand> operands = {loops.all(input)};
  Value mean;
  if (centered) {
    Value sums = loops
                     .sum(operands, keptDims, type, 1,
                          [](ScalarBuilder &, ValueRange elements) {
                            return SmallVector<Value>{elements[0]};
                          })
                     .front();
    mean = divideSums(builder, loc, sums, count);
    operands.push_back({mean, SmallVector<int64_t>(keptDims)});
  }
  Value squares = loops
                      .sum(operands, keptDims, type, 1,
                           [&](ScalarBuilder &scalars, ValueRange elements) {
                             Value x = scalars.convert(elements[0], type);
                             if (centered)
                               x = scalars.sub(x, elements[1]);
                             return SmallVector<Value>{scalars.mul(x, x)};
                           })
                      .front();
  return {mean, divideSums(builder, loc, squares, count)};
}

namespace {

/// `tensor` as result `index` of `op`: of its element type and shape.
Value asResult(OpBuilder &builder, Operation *op, unsigned index,
               Value tensor) {
  Type type = op->getResult(index).getType();
  tensor = convertElements(builder, op->getLoc(), tensor,
                           getElementTypeOrSelf(type));
  return castTo(builder, op->getLoc(), tensor, type);
}

/// The statistics that `op` returns: as many as its results from `first` on.
SmallVector<Value> getStatistics(OpBuilder &builder, Operation *op,
                                 unsigned first,
                                 const LoopStatistics &statistics) {
  SmallVector<Value> results = {
      asResult(builder, op, first, statistics.mean),
      asResult(builder, op, first + 1, statistics.variance)};
  if (op->getNumResults() == first + 2)
    return results;
  // What is left of the mean when its result is rounded.
  ElementLoops loops(builder, op->getLoc(), statistics.mean);
  const Type wide = getElementTypeOrSelf(statistics.mean);
  const Type narrow = getElementTypeOrSelf(op->getResult(first));
  Value rest =
      loops.map(loops.all(statistics.mean), wide,
                [&](ScalarBuilder &scalars, ValueRange elements) {
                  Value rounded = scalars.convert(
                      scalars.convert(elements[0], narrow), wide);
                  return SmallVector<Value>{scalars.sub(elements[0], rounded)};
                });
  results.push_back(asResult(builder, op, first + 2, rest));
  return results;
}

struct ConvertStatistics : BNToLinalgPattern<bn::StatisticsOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::StatisticsOp op,
                                PatternRewriter &rewriter) const override {
    const int64_t feature = op.getFeatureIndex();
    LoopStatistics statistics =
        buildStatistics(rewriter, op.getLoc(), op.getInput(), feature,
                        getTypes(op.getInput()).statistics);
    rewriter.replaceOp(op, getStatistics(rewriter, op, 0, statistics));
    return success();
  }
};

/// The mean is subtracted as it was computed, before it is rounded to a result.
struct ConvertTraining : BNToLinalgPattern<bn::TrainingOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::TrainingOp op,
                                PatternRewriter &rewriter) const override {
    const Location loc = op.getLoc();
    const int64_t feature = op.getFeatureIndex();
    Value x = op.getInput();
    const ComputeTypes types = getTypes(op->getOperands());
    const LoopStatistics statistics =
        buildStatistics(rewriter, loc, x, feature, types.statistics);
    Value factor = buildFactor(rewriter, loc, statistics.variance,
                               op.getEpsilon().convertToDouble(), op.getScale(),
                               types, types.element);
    ElementLoops loops(rewriter, loc, x);
    Value y =
        loops.map({loops.all(x),
                   {statistics.mean, {feature}},
                   {factor, {feature}},
                   {op.getOffset(), {feature}}},
                  getFloatElementType(x),
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    Value difference = scalars.sub(elements[0], elements[1]);
                    Value y =
                        scalars.mul(scalars.convert(difference, types.element),
                                    elements[2]);
                    return SmallVector<Value>{scalars.add(y, elements[3])};
                  });
    SmallVector<Value> results = {asResult(rewriter, op, 0, y)};
    llvm::append_range(results, getStatistics(rewriter, op, 1, statistics));
    rewriter.replaceOp(op, results);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

struct ParameterGradients {
  Value scale, offset;
};

/// Adds what rounding has taken from the mean of `op`, if that is known.
template <typename Op>
void addMeanRest(Op op, SmallVector<LoopOperand> &operands) {
  if constexpr (!std::is_same_v<Op, bn::GradientOp>)
    if (op.getMeanRest())
      operands.push_back(
          {op.getMeanRest(), {static_cast<int64_t>(op.getFeatureIndex())}});
}

/// Σ dy·(x − mean)/√(variance + epsilon) and Σ dy, in the type of statistics.
template <typename Op>
ParameterGradients buildParameterGradients(OpBuilder &builder, Op op,
                                           const ComputeTypes &types) {
  const Location loc = op.getLoc();
  const int64_t feature = op.getFeatureIndex();
  Type type = types.statistics;
  ElementLoops loops(builder, loc, op.getInput());
  SmallVector<LoopOperand> operands = {loops.all(op.getInput()),
                                       loops.all(op.getOutputGradient()),
                                       {op.getMean(), {feature}}};
  addMeanRest(op, operands);
  SmallVector<Value> sums =
      loops.sum(operands, feature, type, 2,
                [&](ScalarBuilder &scalars, ValueRange elements) {
                  Value x = scalars.convert(elements[0], type);
                  Value dy = scalars.convert(elements[1], type);
                  Value distance = subtractMean(
                      scalars, x, elements[2],
                      elements.take_front(operands.size()).drop_front(3));
                  return SmallVector<Value>{scalars.mul(dy, distance), dy};
                });
  // The sum stands where the scale does in a factor.
  Value scale =
      buildFactor(builder, loc, op.getVariance(),
                  op.getEpsilon().convertToDouble(), sums[0], types, type);
  return {scale, sums[1]};
}

/// f·(dy − dOffset/n − (x − mean)·dScale/(n·√(variance + epsilon)))
template <typename Op>
Value buildInputGradient(OpBuilder &builder, Op op,
                         const ParameterGradients &gradients,
                         const ComputeTypes &types) {
  const Location loc = op.getLoc();
  const int64_t feature = op.getFeatureIndex();
  const double epsilon = op.getEpsilon().convertToDouble();
  Value x = op.getInput();
  ElementLoops loops(builder, loc, x);
  Value count = loops.countSummed(feature, types.statistics);
  auto divide = [&](Value tensor) {
    return convertElements(
        builder, loc, divideSums(builder, loc, tensor, count), types.element);
  };
  Value factor = buildFactor(builder, loc, op.getVariance(), epsilon,
                             op.getScale(), types, types.element);
  Value slope = divide(buildFactor(builder, loc, op.getVariance(), epsilon,
                                   gradients.scale, types, types.statistics));
  Value meanGradient = divide(gradients.offset);
  SmallVector<LoopOperand> operands = {loops.all(x),
                                       loops.all(op.getOutputGradient()),
                                       {op.getMean(), {feature}},
                                       {factor, {feature}},
                                       {slope, {feature}},
                                       {meanGradient, {feature}}};
  addMeanRest(op, operands);
  return loops.map(operands, getFloatElementType(x),
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value centered = subtractMean(
                         scalars, elements[0], elements[2],
                         elements.take_front(operands.size()).drop_front(6));
                     Value dx = scalars.sub(elements[1], elements[5]);
                     dx = scalars.sub(dx, scalars.mul(centered, elements[4]));
                     return SmallVector<Value>{scalars.mul(dx, elements[3])};
                   });
}

struct ConvertGradientStatistics : BNToLinalgPattern<bn::GradientStatisticsOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::GradientStatisticsOp op,
                                PatternRewriter &rewriter) const override {
    ParameterGradients gradients =
        buildParameterGradients(rewriter, op, getTypes(op->getOperands()));
    rewriter.replaceOp(op, {asResult(rewriter, op, 0, gradients.scale),
                            asResult(rewriter, op, 1, gradients.offset)});
    return success();
  }
};

struct ConvertGradientInput : BNToLinalgPattern<bn::GradientInputOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::GradientInputOp op,
                                PatternRewriter &rewriter) const override {
    Value dx = buildInputGradient(
        rewriter, op, {op.getScaleGradient(), op.getOffsetGradient()},
        getTypes(op->getOperands()));
    rewriter.replaceOp(op, asResult(rewriter, op, 0, dx));
    return success();
  }
};

struct ConvertGradient : BNToLinalgPattern<bn::GradientOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::GradientOp op,
                                PatternRewriter &rewriter) const override {
    const ComputeTypes types = getTypes(op->getOperands());
    ParameterGradients gradients = buildParameterGradients(rewriter, op, types);
    Value dx = buildInputGradient(rewriter, op, gradients, types);
    rewriter.replaceOp(op, {asResult(rewriter, op, 0, dx),
                            asResult(rewriter, op, 1, gradients.scale),
                            asResult(rewriter, op, 2, gradients.offset)});
    return success();
  }
};

} // namespace

void populateTrainingToLinalgPatterns(RewritePatternSet &patterns,
                                      unsigned statisticsBits) {
  patterns.add<ConvertStatistics, ConvertTraining, ConvertGradientStatistics,
               ConvertGradientInput, ConvertGradient>(patterns.getContext(),
                                                      statisticsBits);
}

} // namespace bnopt
