//===- AlgorithmGivenStatistics.cpp - Norms by given statistics as Funcs --===//
//
// Elementwise, with factors that are computed once per feature, in f64. The
// difference comes first: products with a mean would cancel.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"
#include "compiler/halide/BatchNormFormulas.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;

/// What rounding has taken from the mean of `op`; null if that is not known.
template <typename Op>
static Value getMeanRest(Op op) {
  if constexpr (std::is_same_v<Op, bn::InferenceOp>)
    return {};
  else
    return op.getMeanRest();
}

template <typename Op>
void AlgorithmBuilder::buildGivenStatistics(Op op) {
  const auto readDouble = [&](Value vector, const Expr &c) {
    return toDouble(readFeature(op, vector, c));
  };
  const auto getOpDeviation = [&](const Expr &c) {
    return getDeviation(readFeature(op, op.getVariance(), c), op.getEpsilon());
  };
  Func factor = makeFactor(op, "factor", [&](Expr c) {
    return toFloat(readDouble(op.getScale(), c) / getOpDeviation(c));
  });
  Func shift;
  Value rest = getMeanRest(op);
  if (rest)
    shift = makeFactor(op, "shift", [&](Expr c) {
      Expr deviation = getOpDeviation(c);
      return toFloat(
          getShift(readDouble(op.getOffset(), c), readDouble(rest, c),
                   readDouble(op.getScale(), c) / deviation, deviation));
    });
  define(op, [&](ArrayRef<Expr> indices) {
    Expr feature = indices[op.getFeatureIndex()];
    Expr distance =
        read(op.getInput(), indices) - readFeature(op, op.getMean(), feature);
    return Halide::strict_float(distance) * factor(feature) +
           (rest ? Expr(shift(feature))
                 : readFeature(op, op.getOffset(), feature));
  });
}

void AlgorithmBuilder::buildGradientInput(bn::GradientInputOp op) {
  Expr share = makeDouble(1.0 / static_cast<double>(getCount(op)));
  const auto getFactor = [&](const Expr &c) {
    return toDouble(readFeature(op, op.getScale(), c)) /
           getDeviation(readFeature(op, op.getVariance(), c), op.getEpsilon());
  };
  Func factor =
      makeFactor(op, "factor", [&](Expr c) { return toFloat(getFactor(c)); });
  const auto getSlope = [&](const Expr &c) {
    return getFactor(c) * toDouble(readFeature(op, op.getScaleGradient(), c)) *
           share /
           getDeviation(readFeature(op, op.getVariance(), c), op.getEpsilon());
  };
  Func slope =
      makeFactor(op, "slope", [&](Expr c) { return toFloat(getSlope(c)); });
  Func shift = makeFactor(op, "shift", [&](Expr c) {
    Expr shift = getFactor(c) * share *
                 toDouble(readFeature(op, op.getOffsetGradient(), c));
    if (op.getMeanRest())
      shift =
          shift - getSlope(c) * toDouble(readFeature(op, op.getMeanRest(), c));
    return toFloat(shift);
  });
  define(op, [&](ArrayRef<Expr> indices) {
    Expr c = indices[op.getFeatureIndex()];
    Expr distance = Halide::strict_float(read(op.getInput(), indices) -
                                         readFeature(op, op.getMean(), c));
    return read(op.getOutputGradient(), indices) * factor(c) -
           (distance * slope(c) + shift(c));
  });
}

void AlgorithmBuilder::buildUpdateRunning(bn::UpdateRunningOp op) {
  const auto [keep, update] = op.getFactors();
  Expr kept = makeDouble(keep), added = makeDouble(update);
  define(op, [&](ArrayRef<Expr> indices) {
    return toFloat(toDouble(read(op.getRunning(), indices)) * kept +
                   toDouble(read(op.getStatistic(), indices)) * added);
  });
}

void AlgorithmBuilder::buildUpdateCumulative(bn::UpdateCumulativeOp op) {
  Expr correction = makeDouble(op.getCorrection());
  define(op, [&](ArrayRef<Expr> indices) {
    Expr running = toDouble(read(op.getRunning(), indices));
    Expr statistic = toDouble(read(op.getStatistic(), indices)) * correction;
    Expr batches = toDouble(readBroadcast(op.getBatches(), {}));
    return toFloat(running + (statistic - running) / batches);
  });
}

bool AlgorithmBuilder::buildNormalization(Operation *op) {
  if (auto shift = dyn_cast<bn::ScaleShiftOp>(op)) {
    define(op, [&](ArrayRef<Expr> indices) {
      Expr feature = indices[shift.getFeatureIndex()];
      return read(shift.getScale(), feature) * read(shift.getInput(), indices) +
             read(shift.getShift(), feature);
    });
    return true;
  }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<bn::InferenceOp, bn::NormalizeOp>(
          [&](auto op) { return buildGivenStatistics(op), true; })
      .Case(
          [&](bn::GradientInputOp op) { return buildGradientInput(op), true; })
      .Case(
          [&](bn::UpdateRunningOp op) { return buildUpdateRunning(op), true; })
      .Case([&](bn::UpdateCumulativeOp op) {
        return buildUpdateCumulative(op), true;
      })
      .Default(false);
}
