//===- BatchNormMatcher.cpp - Batch norms that are written out ------------===//

#include "passes/convert/BatchNormMatcher.h"

#include <cmath>

using namespace mlir;

namespace bnopt {
namespace {

/// Finds a batch norm in an expression, or says what is missing.
class BatchNormMatcher {
public:
  explicit BatchNormMatcher(RankedTensorType type) : type(type) {}

  std::optional<BatchNorm> match(const Expression &root);

  std::string reason = "not a product of a difference and a root";

private:
  bool matchCentered(const Expression &product, BatchNorm &norm);
  bool matchSpread(const Expression &product, const Expression &rest,
                   BatchNorm &norm);
  bool matchFactors(const Expression &product, BatchNorm &norm,
                    bool hasDifference);
  bool flatten(const Expression &product, SmallVector<Expression> &factors,
               SmallVector<Expression> &divisors);
  bool matchRadicand(const Expression &radicand, BatchNorm &norm);
  bool takeParameter(const Expression &expression, StringRef name,
                     Parameter &into);

  bool fail(const Twine &why) {
    reason = why.str();
    return false;
  }

  RankedTensorType type;
};

bool BatchNormMatcher::takeParameter(const Expression &expression,
                                     StringRef name, Parameter &into) {
  std::optional<Parameter> parameter = getParameter(expression);
  if (!parameter)
    return fail("'" + name + "' does not vary along one dimension");
  into = *parameter;
  return true;
}

/// The factors of a product of products, quotients and reciprocals, and what it
/// is divided by; ones are left out. A batch norm has three, and a product of
/// more than `maxFactors` is not looked through.
bool BatchNormMatcher::flatten(const Expression &product,
                               SmallVector<Expression> &factors,
                               SmallVector<Expression> &divisors) {
  constexpr size_t maxFactors = 8;
  struct Factor {
    Expression expression;
    bool divides;
  };
  SmallVector<Factor> pending = {{product, false}};
  while (!pending.empty()) {
    if (pending.size() + factors.size() + divisors.size() > maxFactors)
      return fail("a product of too many factors");
    const auto [factor, divides] = pending.pop_back_val();
    std::optional<Definition> definition = getDefinition(factor);
    if (definition && definition->kind == Arithmetic::Multiply) {
      for (const Expression &operand : definition->operands)
        pending.push_back({operand, divides});
    } else if (definition && definition->kind == Arithmetic::Divide) {
      pending.push_back({definition->operands[0], divides});
      pending.push_back({definition->operands[1], !divides});
    } else if (definition && definition->kind == Arithmetic::Invert) {
      pending.push_back({definition->operands[0], !divides});
    } else if (getConstant(factor) != 1.0) {
      (divides ? divisors : factors).push_back(factor);
    }
  }
  return true;
}

bool BatchNormMatcher::matchRadicand(const Expression &radicand,
                                     BatchNorm &norm) {
  std::optional<Definition> sum = getDefinition(radicand);
  if (!sum || sum->kind != Arithmetic::Add)
    return takeParameter(radicand, "variance", norm.variance);
  for (unsigned i : {0, 1}) {
    std::optional<double> epsilon = getConstant(sum->operands[i]);
    if (!epsilon)
      continue;
    if (!std::isfinite(*epsilon) || *epsilon < 0)
      return fail("'epsilon' is not finite or negative");
    norm.epsilon = *epsilon;
    return takeParameter(sum->operands[1 - i], "variance", norm.variance);
  }
  return fail("'epsilon' is not a constant");
}

/// scale·rsqrt(variance + epsilon), with x − mean among the factors or not.
bool BatchNormMatcher::matchFactors(const Expression &product, BatchNorm &norm,
                                    bool hasDifference) {
  SmallVector<Expression> factors, divisors;
  if (!flatten(product, factors, divisors))
    return false;
  unsigned differences = 0, roots = 0, scales = 0;
  for (const Expression &divisor : divisors) {
    std::optional<Definition> definition = getDefinition(divisor);
    if (!definition || definition->kind != Arithmetic::Root)
      return fail("a divisor is not a root: 'epsilon' stands outside of it");
    if (!matchRadicand(definition->operands[0], norm))
      return false;
    ++roots;
  }
  for (const Expression &factor : factors) {
    std::optional<Definition> definition = getDefinition(factor);
    if (definition && definition->kind == Arithmetic::InverseRoot) {
      if (!matchRadicand(definition->operands[0], norm))
        return false;
      ++roots;
    } else if (hasDifference && definition &&
               definition->kind == Arithmetic::Subtract &&
               getData(definition->operands[0], type)) {
      norm.input = getData(definition->operands[0], type);
      if (!takeParameter(definition->operands[1], "mean", norm.mean))
        return false;
      ++differences;
    } else {
      if (!takeParameter(factor, "scale", norm.scale))
        return false;
      ++scales;
    }
  }
  if (differences != (hasDifference ? 1 : 0) || roots != 1)
    return fail("not a product of one difference and one root");
  return scales <= 1 || fail("there is more than one 'scale'");
}

/// (x − mean)·rsqrt(variance + epsilon)·scale
bool BatchNormMatcher::matchCentered(const Expression &product,
                                     BatchNorm &norm) {
  return matchFactors(product, norm, /*hasDifference=*/true);
}

/// x·f + (offset − mean·f) with f = scale·rsqrt(variance + epsilon).
bool BatchNormMatcher::matchSpread(const Expression &product,
                                   const Expression &rest, BatchNorm &norm) {
  std::optional<Definition> scaled = getDefinition(product);
  std::optional<Definition> shift = getDefinition(rest);
  if (!scaled || scaled->kind != Arithmetic::Multiply || !shift ||
      shift->kind != Arithmetic::Subtract)
    return false;
  std::optional<Definition> shifted = getDefinition(shift->operands[1]);
  if (!shifted || shifted->kind != Arithmetic::Multiply)
    return false;
  for (unsigned i : {0, 1})
    for (unsigned j : {0, 1}) {
      norm.input = getData(scaled->operands[i], type);
      if (norm.input &&
          areEqual(scaled->operands[1 - i], shifted->operands[1 - j]) &&
          matchFactors(scaled->operands[1 - i], norm,
                       /*hasDifference=*/false) &&
          takeParameter(shifted->operands[j], "mean", norm.mean) &&
          takeParameter(shift->operands[0], "offset", norm.offset))
        return true;
    }
  return false;
}

std::optional<BatchNorm> BatchNormMatcher::match(const Expression &root) {
  std::optional<Definition> sum = getDefinition(root);
  if (!sum)
    return std::nullopt;
  if (sum->kind != Arithmetic::Add) {
    BatchNorm norm;
    if (matchCentered(root, norm))
      return norm;
    return std::nullopt;
  }
  for (unsigned i : {0, 1}) {
    BatchNorm norm;
    if (matchSpread(sum->operands[i], sum->operands[1 - i], norm))
      return norm;
  }
  // Reasons of the order that is usual are told.
  for (unsigned i : {1, 0}) {
    BatchNorm norm;
    if (matchCentered(sum->operands[i], norm) &&
        takeParameter(sum->operands[1 - i], "offset", norm.offset))
      return norm;
  }
  return std::nullopt;
}

} // namespace

std::optional<BatchNorm> matchBatchNorm(const Expression &root,
                                        RankedTensorType type,
                                        std::string &reason) {
  BatchNormMatcher matcher(type);
  std::optional<BatchNorm> norm = matcher.match(root);
  reason = matcher.reason;
  return norm;
}

} // namespace bnopt
