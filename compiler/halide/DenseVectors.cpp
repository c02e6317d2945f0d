//===- DenseVectors.cpp - Vectors of elements that follow each other ------===//
//
// A vector that takes in several features has the indices
//
//   let f = i ÷ 49 + first … 49·f + i mod 49          of lanes i
//
// which are i + 49·first; but Halide does not look behind names, and gathers.
// Indices are written as sums, always in the same order, so that LLVM sees
// where the same elements are loaded twice.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/DenseVectors.h"

#include <map>

using namespace bnopt;
using namespace Halide::Internal;
using Halide::Expr;

namespace {
/// A vector of indices: Σ factor·term + constant + stride·lane.
class IndexSum {
public:
  explicit IndexSum(const Expr &index) {
    add(index, 1);
    joinRemainders();
  }

  /// The first index, if the others follow one after the other.
  Expr getFirst() const;

private:
  void add(const Expr &expr, int64_t factor);
  void addTerm(const Expr &term, int64_t factor) {
    if ((terms[term] += factor) == 0)
      terms.erase(term);
  }
  /// (x mod c) + c·(x ÷ c) = x.
  void joinRemainders();

  std::map<Expr, int64_t, IRDeepCompare> terms;
  int64_t constant = 0, stride = 0;
};

class DenseVectors : public IRMutator {
protected:
  Expr visit(const Load *load) override;
  Stmt visit(const LetStmt *let) override {
    define(let->name, let->value);
    return IRMutator::visit(let);
  }
  Expr visit(const Let *let) override {
    define(let->name, let->value);
    return IRMutator::visit(let);
  }
  using IRMutator::visit;

private:
  /// Names are unique in lowered code.
  void define(const std::string &name, const Expr &value) {
    if (value.type().is_int())
      definitions[name] = substitute(definitions, value);
  }

  std::map<std::string, Expr> definitions;
};
} // namespace

void IndexSum::add(const Expr &expr, int64_t factor) {
  const auto *product = expr.as<Mul>();
  const auto by = product ? as_const_int(product->b) : std::nullopt;
  if (auto value = as_const_int(expr)) {
    constant += factor * *value;
  } else if (const auto *sum = expr.as<Add>()) {
    add(sum->a, factor);
    add(sum->b, factor);
  } else if (const auto *difference = expr.as<Sub>()) {
    add(difference->a, factor);
    add(difference->b, -factor);
  } else if (by) {
    add(product->a, factor * *by);
  } else if (const auto *broadcast = expr.as<Broadcast>()) {
    add(broadcast->value, factor);
  } else if (const auto *ramp = expr.as<Ramp>();
             ramp && as_const_int(ramp->stride)) {
    add(ramp->base, factor);
    stride += factor * *as_const_int(ramp->stride);
  } else {
    addTerm(expr, factor);
  }
}

void IndexSum::joinRemainders() {
  const auto all = terms;
  for (const auto &[term, factor] : all) {
    const auto *remainder = term.as<Mod>();
    const auto divisor = remainder ? as_const_int(remainder->b) : std::nullopt;
    if (!divisor)
      continue;
    const Expr quotient = Div::make(remainder->a, remainder->b);
    const auto found = all.find(quotient);
    if (found == all.end() || found->second != factor * *divisor)
      continue;
    addTerm(term, -factor);
    addTerm(quotient, -found->second);
    add(remainder->a, factor);
  }
}

Expr IndexSum::getFirst() const {
  if (stride != 1)
    return Expr();
  Expr first = static_cast<int32_t>(constant);
  for (const auto &[term, factor] : terms) {
    if (term.type().is_vector())
      return Expr();
    first = term * static_cast<int32_t>(factor) + first;
  }
  return first;
}

Expr DenseVectors::visit(const Load *load) {
  if (!load->type.is_vector())
    return IRMutator::visit(load);
  const Expr index =
      simplify(lower_intrinsics(substitute(definitions, load->index)));
  const Expr first = IndexSum(index).getFirst();
  if (!first.defined())
    return IRMutator::visit(load);
  return Load::make(load->type, load->name,
                    Ramp::make(first, 1, load->type.lanes()), load->image,
                    load->param, mutate(load->predicate),
                    modulus_remainder(first));
}

Stmt bnopt::findDenseVectors(const Stmt &stmt, const KernelFuncs &kernel) {
  const auto *features = std::get_if<FeatureFuncs>(&kernel.anchor);
  return features && features->denseLanes ? DenseVectors().mutate(stmt) : stmt;
}
