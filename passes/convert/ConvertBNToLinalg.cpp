//===- ConvertBNToLinalg.cpp - The bn dialect as loops --------------------===//
//
//   f = scale/√(variance + epsilon)      a loop over the features
//   y = (x − mean)·f + offset            a loop over the data
//
// The difference comes first: x·f + (offset − mean·f) would lose the digits
// that a large mean and its product have in common. Data narrower than 32 bits
// is computed in f32 and rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/convert/BNToLinalg.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_CONVERTBNTOLINALGPASS
#include "passes/Passes.h.inc"

ComputeTypes getComputeTypes(ValueRange operands, unsigned statisticsBits) {
  FloatType element = getComputeType(operands);
  if (element.getWidth() >= statisticsBits)
    return {element, element};
  return {element, Float64Type::get(element.getContext())};
}

Value buildFactor(OpBuilder &builder, Location loc, Value variance,
                  double epsilon, Value numerator, const ComputeTypes &types,
                  Type type) {
  Type inner = types.statistics;
  ElementLoops loops(builder, loc, variance);
  SmallVector<LoopOperand> operands = {loops.all(variance)};
  if (numerator)
    operands.push_back(loops.all(numerator));
  return loops.map(
      operands, type, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value radicand = scalars.convert(elements[0], inner);
        radicand = scalars.add(radicand, scalars.constant(epsilon, inner));
        Value dividend = numerator ? scalars.convert(elements[1], inner)
                                   : scalars.constant(1, inner);
        Value root = scalars.sqrt(radicand);
        return SmallVector<Value>{scalars.div(dividend, root)};
      });
}

Value subtractMean(ScalarBuilder &scalars, Value x, Value mean,
                   ValueRange rest) {
  Value distance = scalars.sub(x, mean);
  return rest.empty() ? distance : scalars.sub(distance, rest.front());
}

namespace {

/// `bn.inference` and `bn.normalize`.
template <typename Op>
struct ConvertNormalization : BNToLinalgPattern<Op> {
  using BNToLinalgPattern<Op>::BNToLinalgPattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    const Location loc = op.getLoc();
    Value x = op.getInput();
    const int64_t feature = op.getFeatureIndex();
    const ComputeTypes types = this->getTypes(op->getOperands());
    Value factor = buildFactor(rewriter, loc, op.getVariance(),
                               op.getEpsilon().convertToDouble(), op.getScale(),
                               types, types.element);
    ElementLoops loops(rewriter, loc, x);
    SmallVector<LoopOperand> operands = {loops.all(x),
                                         {op.getMean(), {feature}},
                                         {factor, {feature}},
                                         {op.getOffset(), {feature}}};
    if constexpr (std::is_same_v<Op, bn::NormalizeOp>)
      if (op.getMeanRest())
        operands.push_back({op.getMeanRest(), {feature}});
    Value result =
        loops.map(operands, getFloatElementType(x),
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    Value y = subtractMean(
                        scalars, elements[0], elements[1],
                        elements.take_front(operands.size()).drop_front(4));
                    y = scalars.mul(y, elements[2]);
                    return SmallVector<Value>{scalars.add(y, elements[3])};
                  });
    rewriter.replaceOp(op, castTo(rewriter, loc, result, op.getType()));
    return success();
  }
};

struct ConvertScaleShift : BNToLinalgPattern<bn::ScaleShiftOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::ScaleShiftOp op,
                                PatternRewriter &rewriter) const override {
    const Location loc = op.getLoc();
    Value x = op.getInput();
    const int64_t feature = op.getFeatureIndex();
    ElementLoops loops(rewriter, loc, x);
    Value result = loops.map(
        {loops.all(x), {op.getScale(), {feature}}, {op.getShift(), {feature}}},
        getFloatElementType(x),
        [](ScalarBuilder &scalars, ValueRange elements) {
          Value y = scalars.mul(elements[0], elements[1]);
          return SmallVector<Value>{scalars.add(y, elements[2])};
        });
    rewriter.replaceOp(op, castTo(rewriter, loc, result, op.getType()));
    return success();
  }
};

struct ConvertUpdateRunning : BNToLinalgPattern<bn::UpdateRunningOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::UpdateRunningOp op,
                                PatternRewriter &rewriter) const override {
    Value running = op.getRunning();
    if (op.getCount() == 0) {
      rewriter.replaceOp(op, running);
      return success();
    }
    const std::pair<double, double> factors = op.getFactors();
    FloatType type = getTypes(running).statistics;
    ElementLoops loops(rewriter, op.getLoc(), running);
    Value result =
        loops.map({loops.all(running), loops.all(op.getStatistic())},
                  getFloatElementType(running),
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    Value old = scalars.mul(
                        elements[0], scalars.constant(factors.first, type));
                    Value part = scalars.constant(factors.second, type);
                    Value update = scalars.mul(elements[1], part);
                    return SmallVector<Value>{scalars.add(old, update)};
                  });
    rewriter.replaceOp(op, castTo(rewriter, op.getLoc(), result, op.getType()));
    return success();
  }
};

struct ConvertUpdateCumulative : BNToLinalgPattern<bn::UpdateCumulativeOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::UpdateCumulativeOp op,
                                PatternRewriter &rewriter) const override {
    Value running = op.getRunning();
    if (op.getCount() == 0) {
      rewriter.replaceOp(op, running);
      return success();
    }
    FloatType type = getTypes(running).statistics;
    const double correction = op.getCorrection();
    ElementLoops loops(rewriter, op.getLoc(), running);
    Value result =
        loops.map({loops.all(running),
                   loops.all(op.getStatistic()),
                   {op.getBatches(), {}}},
                  getFloatElementType(running),
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    Value statistic = scalars.mul(
                        elements[1], scalars.constant(correction, type));
                    Value step = scalars.sub(statistic, elements[0]);
                    step = scalars.div(step, elements[2]);
                    return SmallVector<Value>{scalars.add(elements[0], step)};
                  });
    rewriter.replaceOp(op, castTo(rewriter, op.getLoc(), result, op.getType()));
    return success();
  }
};

struct ConvertBNToLinalgPass
    : impl::ConvertBNToLinalgPassBase<ConvertBNToLinalgPass> {
  using ConvertBNToLinalgPassBase::ConvertBNToLinalgPassBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (statisticsBits != 32 && statisticsBits != 64)
      return emitError(UnknownLoc::get(context))
             << "expects 'statistics-bits' to be 32 or 64, but got "
             << statisticsBits.getValue();
    RewritePatternSet set(context);
    populateInferenceToLinalgPatterns(set, statisticsBits);
    populateTrainingToLinalgPatterns(set, statisticsBits);
    populateNormsToLinalgPatterns(set, statisticsBits);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    walkAndApplyPatterns(getOperation(), patterns);
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace

void populateInferenceToLinalgPatterns(RewritePatternSet &patterns,
                                       unsigned statisticsBits) {
  patterns.add<ConvertNormalization<bn::InferenceOp>,
               ConvertNormalization<bn::NormalizeOp>, ConvertScaleShift,
               ConvertUpdateRunning, ConvertUpdateCumulative>(
      patterns.getContext(), statisticsBits);
}

} // namespace bnopt
