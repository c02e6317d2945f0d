//===- StatisticsPatterns.cpp - Means, variances and roots in the graph ---===//
//
// A look-alike differs in a detail that these matchers insist on: that a mean
// keeps its dimensions, so that it broadcasts back to where it came from; that
// the variance is of the same input over the same dimensions as the mean that
// is subtracted; that epsilon is inside the root.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/StatisticsPatterns.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace mlir;

namespace bnopt {
namespace {

/// Answers about values; null and none mean that they are something else.
class StatisticsMatcher {
public:
  explicit StatisticsMatcher(ConstantExpressions &constants)
      : constants(constants) {}

  std::optional<NormalizationMatch> matchRoot(Operation *root) {
    if (auto div = dyn_cast<nn::DivOp>(root))
      return matchQuotient(div.getLhs(), matchRadical(div.getRhs(), false));
    if (isa<nn::MulOp>(root))
      for (int side : {0, 1})
        if (auto match =
                matchQuotient(root->getOperand(side),
                              matchRadical(root->getOperand(1 - side), true)))
          return match;
    if (isa<nn::AddOp>(root))
      for (int side : {0, 1})
        if (auto match = matchAffineForm(root->getOperand(side),
                                         root->getOperand(1 - side)))
          return match;
    if (auto sub = dyn_cast<nn::SubOp>(root))
      return matchDifference(sub.getLhs(), sub.getRhs(), Value());
    return std::nullopt;
  }

private:
  /// What stands under a root.
  struct Moment {
    Value input;
    SmallVector<int64_t> axes;
    double epsilon = 0;
    bool isCentered = false;
  };

  bool isUniform(Value value, double expected) {
    return constants.getUniform(value) == expected;
  }

  //===--- Means and variances
  //---------------------------------------------===//

  static std::optional<KeptMean> matchKeptMean(Value value) {
    auto reshape = value.getDefiningOp<nn::ReshapeOp>();
    auto mean = (reshape ? reshape.getInput() : value)
                    .getDefiningOp<nn::ReduceMeanOp>();
    if (!mean)
      return std::nullopt;
    KeptMean result{mean.getInput(), SmallVector<int64_t>(mean.getAxes())};
    if (reshape && !restoresDims(reshape, mean))
      return std::nullopt;
    // Without its dimensions a mean broadcasts to other places.
    if (!reshape && !mean.getKeepDims())
      return std::nullopt;
    return result;
  }

  /// Whether `reshape` gives `mean` the dimensions back that it has lost.
  static bool restoresDims(nn::ReshapeOp reshape, nn::ReduceMeanOp mean) {
    SmallVector<int64_t> kept(mean.getInput().getType().getShape());
    for (int64_t axis : mean.getAxes())
      kept[axis] = 1;
    // With one unknown size the number of elements says which it is.
    return reshape.getType().getShape() == ArrayRef(kept) &&
           reshape.getType().getNumDynamicDims() <= 1;
  }

  /// v of v·v and v².
  Value matchSquare(Value value) {
    if (auto mul = value.getDefiningOp<nn::MulOp>())
      return mul.getLhs() == mul.getRhs() ? mul.getLhs() : Value();
    auto pow = value.getDefiningOp<nn::PowOp>();
    return pow && isUniform(pow.getRhs(), 2) ? pow.getLhs() : Value();
  }

  /// x and the mean of `x − mean(x)`; the sign does not matter to a square.
  static std::optional<KeptMean> matchCentered(Value value, bool anySign) {
    auto sub = value.getDefiningOp<nn::SubOp>();
    if (!sub)
      return std::nullopt;
    auto mean = matchKeptMean(sub.getRhs());
    if (mean && mean->input == sub.getLhs())
      return mean;
    mean = matchKeptMean(sub.getLhs());
    if (anySign && mean && mean->input == sub.getRhs())
      return mean;
    return std::nullopt;
  }

  /// mean((x − mean(x))²), mean(x²) − mean(x)² or mean(x²).
  std::optional<Moment> matchMoment(Value value) {
    if (auto sub = value.getDefiningOp<nn::SubOp>()) {
      auto ofSquare = matchKeptMean(sub.getLhs());
      Value mean = matchSquare(sub.getRhs());
      Value x = ofSquare ? matchSquare(ofSquare->input) : Value();
      auto kept = mean ? matchKeptMean(mean) : std::nullopt;
      if (!x || !kept || *kept != KeptMean{x, ofSquare->axes})
        return std::nullopt;
      return Moment{x, kept->axes, 0, true};
    }
    auto mean = matchKeptMean(value);
    Value base = mean ? matchSquare(mean->input) : Value();
    if (!base)
      return std::nullopt;
    auto centered = matchCentered(base, /*anySign=*/true);
    if (centered && centered->axes == mean->axes)
      return Moment{centered->input, mean->axes, 0, true};
    return Moment{base, mean->axes, 0, false};
  }

  std::optional<Moment> matchMomentAndEpsilon(Value value) {
    auto add = value.getDefiningOp<nn::AddOp>();
    if (!add)
      return matchMoment(value);
    for (int side : {0, 1}) {
      auto epsilon = constants.getUniform(add->getOperand(side));
      if (!epsilon || *epsilon < 0)
        continue;
      auto moment = matchMoment(add->getOperand(1 - side));
      if (moment)
        moment->epsilon = *epsilon;
      return moment;
    }
    return std::nullopt;
  }

  /// The moment under √, or with `inverse` under 1/√.
  std::optional<Moment> matchRadical(Value value, bool inverse) {
    if (auto sqrt = value.getDefiningOp<nn::SqrtOp>())
      return inverse ? std::nullopt : matchMomentAndEpsilon(sqrt.getInput());
    if (auto pow = value.getDefiningOp<nn::PowOp>())
      return isUniform(pow.getRhs(), inverse ? -0.5 : 0.5)
                 ? matchMomentAndEpsilon(pow.getLhs())
                 : std::nullopt;
    if (!inverse)
      return std::nullopt;
    if (auto reciprocal = value.getDefiningOp<nn::ReciprocalOp>())
      return matchRadical(reciprocal.getInput(), false);
    auto div = value.getDefiningOp<nn::DivOp>();
    return div && isUniform(div.getLhs(), 1) ? matchRadical(div.getRhs(), false)
                                             : std::nullopt;
  }

  //===--- Normalized values
  //-----------------------------------------------===//

  static std::optional<NormalizationMatch>
  matchQuotient(Value numerator, const std::optional<Moment> &moment) {
    if (!moment)
      return std::nullopt;
    Value input = numerator;
    if (moment->isCentered) {
      auto centered = matchCentered(numerator, /*anySign=*/false);
      if (!centered || centered->axes != moment->axes)
        return std::nullopt;
      input = centered->input;
    }
    // The variance of something else normalizes nothing.
    if (input != moment->input)
      return std::nullopt;
    return NormalizationMatch{
        {input, moment->axes, moment->epsilon, moment->isCentered}, {}, {}};
  }

  /// k of x·k, where x is `input`.
  static Value matchFactorOf(Value product, Value input) {
    auto mul = product.getDefiningOp<nn::MulOp>();
    if (!mul)
      return {};
    return mul.getLhs() == input   ? mul.getRhs()
           : mul.getRhs() == input ? mul.getLhs()
                                   : Value();
  }

  /// x·k − m·k, plus `offset` if there is one.
  std::optional<NormalizationMatch>
  matchDifference(Value product, Value meanProduct, Value offset) {
    auto mul = product.getDefiningOp<nn::MulOp>();
    if (!mul)
      return std::nullopt;
    for (int side : {0, 1}) {
      Value input = mul->getOperand(side), factor = mul->getOperand(1 - side);
      auto moment = matchRadical(factor, true);
      Value scale;
      if (auto scaled = factor.getDefiningOp<nn::MulOp>(); scaled && !moment)
        for (int of : {0, 1})
          if (constants.isConstant(scaled->getOperand(of))) {
            scale = scaled->getOperand(of);
            moment = matchRadical(scaled->getOperand(1 - of), true);
          }
      if (!moment || !moment->isCentered || moment->input != input)
        continue;
      Value mean = matchFactorOf(meanProduct, factor);
      auto kept = mean ? matchKeptMean(mean) : std::nullopt;
      if (!kept || *kept != KeptMean{input, moment->axes})
        continue;
      return NormalizationMatch{
          {input, moment->axes, moment->epsilon, true}, scale, offset};
    }
    return std::nullopt;
  }

  /// x·k + (c − m·k) and x·k + −(m·k).
  std::optional<NormalizationMatch> matchAffineForm(Value product, Value rest) {
    if (auto neg = rest.getDefiningOp<nn::NegOp>())
      return matchDifference(product, neg.getInput(), Value());
    auto sub = rest.getDefiningOp<nn::SubOp>();
    return sub && constants.isConstant(sub.getLhs())
               ? matchDifference(product, sub.getRhs(), sub.getLhs())
               : std::nullopt;
  }

  ConstantExpressions &constants;
};

} // namespace

std::optional<NormalizationMatch>
matchNormalization(Operation *root, ConstantExpressions &constants) {
  return StatisticsMatcher(constants).matchRoot(root);
}

} // namespace bnopt
