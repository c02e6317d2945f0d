//===- AlgorithmLines.cpp - Features that share cache lines ---------------===//
//
// 7×7 pixels of a feature are 3 cache lines and a bit, so that vectors along a
// feature cross lines, and no store of them can bypass the cache. But a group
// of 16 such features is 49 whole lines. So the output is
//
//   output(element, group, image) =
//       value(element mod pixels, group·16 + element ÷ pixels, image)
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/AlgorithmBuilder.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace bnopt;
using Halide::Expr;
using Halide::Func;
using Halide::Var;
using Halide::Internal::Call;
using Halide::Internal::expr_uses_var;
using Halide::Internal::substitute;

/// The least number of features that are whole cache lines together.
static int64_t getFeaturesPerLine(int64_t pixels) {
  return FeatureFuncs::lineElements /
         std::gcd(pixels, FeatureFuncs::lineElements);
}

bool AlgorithmBuilder::canShareLines(const FeatureFuncs &features) {
  const int64_t perLine = getFeaturesPerLine(features.pixels);
  const size_t feature = features.featureDim;
  // Images are all that is left beside pixels and features, without gaps.
  const int64_t imageSize = features.pixels * features.extents[feature];
  for (size_t dim = 0; dim < features.extents.size(); ++dim)
    if (features.extents[dim] > 1 && dim != feature &&
        static_cast<int>(dim) != features.pixelDim &&
        features.strides[dim] != imageSize)
      return false;
  return features.writesData && features.runsOfImages && !kernel.getInPlace() &&
         view.merged() == KernelView::Merge::Data &&
         features.reduction.size() == 1 && perLine > 1 &&
         features.extents[feature] % perLine == 0 &&
         features.strides[feature] == features.pixels;
}

namespace {
/// The variables of the data, which an expression is made of, and those of the
/// output.
struct LineVars {
  Var pixel{"pixel"}, feature{"feature"};
  Var element{"element"}, group, image{"n"};
  int pixels, perGroup;
};

/// Writes a Func of the data out as one expression, in which what depends on
/// the feature alone is read from Funcs of element and group: where a vector
/// takes in several features, these have an element for each of its lanes.
class FeatureTerms : public Halide::Internal::IRMutator {
public:
  explicit FeatureTerms(const LineVars &vars) : vars(vars) {}

  std::vector<Func> terms;

  Expr mutate(const Expr &expr) override {
    if (expr.type().is_float() && uses(expr, vars.feature) &&
        !uses(expr, vars.pixel) && !uses(expr, vars.image))
      return makeTerm(expr);
    const Call *call = expr.as<Call>();
    if (call && call->call_type == Call::Halide)
      return mutate(inlined(*call));
    return IRMutator::mutate(expr);
  }
  using IRMutator::mutate;

private:
  static bool uses(const Expr &expr, const Var &var) {
    return expr_uses_var(expr, var.name());
  }

  static Expr inlined(const Call &call) {
    const Halide::Internal::Function callee(call.func);
    std::map<std::string, Expr> values;
    for (auto [name, argument] : llvm::zip_equal(callee.args(), call.args))
      values[name] = argument;
    return substitute(values, callee.values()[call.value_index]);
  }

  Expr makeTerm(const Expr &expr) {
    for (auto [known, term] : llvm::zip_equal(expressions, terms))
      if (Halide::Internal::equal(known, expr))
        return term(vars.element, vars.group);
    Func term("term");
    term(vars.element, vars.group) = layOut(expr);
    expressions.push_back(expr);
    terms.push_back(term);
    return term(vars.element, vars.group);
  }

  /// What `expr` is for each element. A line takes in two features at most, so
  /// it is a choice between two numbers, and no element is gathered.
  Expr layOut(const Expr &expr) const {
    const int lineElements = static_cast<int>(FeatureFuncs::lineElements);
    const Expr line = vars.element / lineElements * lineElements;
    const Expr first = line / vars.pixels,
               second = Halide::min(first + 1, vars.perGroup - 1);
    const auto ofFeature = [&](const Expr &inGroup) {
      return substitute(vars.feature.name(),
                        vars.group * vars.perGroup + inGroup, expr);
    };
    return Halide::select(vars.element < (first + 1) * vars.pixels,
                          ofFeature(first), ofFeature(second));
  }

  const LineVars &vars;
  std::vector<Expr> expressions;
};
} // namespace

void AlgorithmBuilder::finishLines(Value value, FeatureFuncs &features) {
  LineVars vars;
  vars.group = getVars(1)[0];
  vars.pixels = static_cast<int>(features.pixels);
  vars.perGroup = static_cast<int>(getFeaturesPerLine(vars.pixels));
  const auto &[pixel, feature, element, group, image, pixels, perGroup] = vars;
  const int numFeatures = features.extents[features.featureDim];
  std::vector<Expr> indices;
  for (size_t dim = 0; dim < features.extents.size(); ++dim) {
    if (static_cast<int>(dim) == features.featureDim)
      indices.emplace_back(feature);
    else if (features.extents[dim] == 1)
      indices.emplace_back(0);
    else if (static_cast<int>(dim) == features.pixelDim)
      indices.emplace_back(pixel);
    else
      indices.emplace_back(image);
  }
  FeatureTerms terms(vars);
  Expr stored = Halide::cast<float>(get(value).func(indices));
  Expr written = terms.mutate(stored);
  constexpr size_t mostTerms = 4;
  if (terms.terms.size() <= mostTerms) {
    features.groupTerms = std::move(terms.terms);
    stored = written;
  } else {
    features.groupValue = get(value).func;
  }
  features.featuresPerGroup = perGroup;
  stored = substitute({{pixel.name(), element % pixels},
                       {feature.name(), group * perGroup + element / pixels}},
                      stored);
  funcs.output = Func("output");
  funcs.output(element, group, image) = toStored(stored, value.getType());
  funcs.vars = {element, group, image};
  funcs.extents = {pixels * perGroup, numFeatures / perGroup,
                   static_cast<int>(features.count) / pixels};
  funcs.strides = {1, pixels * perGroup, pixels * numFeatures};
  for (int dim = 0; dim < 3; ++dim)
    funcs.output.output_buffer()
        .dim(dim)
        .set_bounds(0, funcs.extents[dim])
        .set_stride(funcs.strides[dim]);
}
