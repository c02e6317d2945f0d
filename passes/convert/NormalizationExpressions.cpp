//===- NormalizationExpressions.cpp - Batch norms that are written out ----===//

#include "passes/convert/NormalizationExpressions.h"

#include "passes/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;

namespace bnopt {
namespace {

//===----------------------------------------------------------------------===//
// Batch norms
//===----------------------------------------------------------------------===//

struct BatchNorm {
  Value input;
  Parameter scale{Value(), -1, 1}, offset{Value(), -1, 0}, mean, variance;
  double epsilon = 0;
};

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
  void flatten(const Expression &product, SmallVector<Expression> &factors,
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

/// The factors of a product of products and quotients, and what it is divided
/// by; ones are left out.
void BatchNormMatcher::flatten(const Expression &product,
                               SmallVector<Expression> &factors,
                               SmallVector<Expression> &divisors) {
  std::optional<Definition> definition = getDefinition(product);
  if (definition && definition->kind == Arithmetic::Multiply) {
    flatten(definition->operands[0], factors, divisors);
    flatten(definition->operands[1], factors, divisors);
  } else if (definition && definition->kind == Arithmetic::Divide) {
    flatten(definition->operands[0], factors, divisors);
    divisors.push_back(definition->operands[1]);
  } else if (getConstant(product) != 1.0) {
    factors.push_back(product);
  }
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
  flatten(product, factors, divisors);
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

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

/// The dimension along which all `parameters` vary that are not numbers.
std::optional<int64_t> getFeatureIndex(ArrayRef<Parameter> parameters) {
  std::optional<int64_t> feature;
  for (const Parameter &parameter : parameters) {
    if (!parameter.tensor)
      continue;
    if (feature && *feature != parameter.featureIndex)
      return std::nullopt;
    feature = parameter.featureIndex;
  }
  return feature;
}

/// Whether `statistic` is computed by a reduction or from `input`.
bool isOfThisBatch(Value statistic, Value input) {
  llvm::SetVector<Value> values;
  if (statistic)
    values.insert(statistic);
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == input)
      return true;
    Operation *op = values[i].getDefiningOp();
    if (!op)
      continue;
    auto loops = dyn_cast<linalg::LinalgOp>(op);
    if ((loops && loops.getNumReductionLoops() > 0) ||
        isa<tosa::ReduceSumOp>(op))
      return true;
    values.insert(op->operand_begin(), op->operand_end());
  }
  return false;
}

RankedTensorType getResultType(Operation *op) {
  if (op->getNumResults() != 1)
    return RankedTensorType();
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  const bool isData =
      type && type.getRank() > 1 && isa<FloatType>(type.getElementType());
  return isData ? type : RankedTensorType();
}

/// Replaces `op` by `result`, whose type may know other sizes.
void replace(PatternRewriter &rewriter, Operation *op, Value result) {
  Type type = op->getResult(0).getType();
  if (result.getType() != type)
    result = tensor::CastOp::create(rewriter, op->getLoc(), type, result);
  rewriter.replaceAllUsesWith(op->getResult(0), result);
}

} // namespace

LogicalResult raiseBatchNorm(Operation *op, PatternRewriter &rewriter) {
  RankedTensorType type = getResultType(op);
  if (!type)
    return rewriter.notifyMatchFailure(op, "not data of more than one feature");
  BatchNormMatcher matcher(type);
  std::optional<BatchNorm> norm =
      matcher.match(getRootExpression(op->getResult(0)));
  if (!norm)
    return rewriter.notifyMatchFailure(op, matcher.reason);
  const Parameter parameters[] = {norm->scale, norm->offset, norm->mean,
                                  norm->variance};
  std::optional<int64_t> feature = getFeatureIndex(parameters);
  if (!feature)
    return rewriter.notifyMatchFailure(
        op, "parameters do not vary along one and the same dimension");
  if (isOfThisBatch(norm->mean.tensor, norm->input) ||
      isOfThisBatch(norm->variance.tensor, norm->input))
    return rewriter.notifyMatchFailure(
        op, "statistics are computed, not parameters of the model");

  rewriter.setInsertionPoint(op);
  auto inputType = cast<RankedTensorType>(norm->input.getType());
  SmallVector<Value> vectors;
  for (const Parameter &parameter : parameters) {
    vectors.push_back(buildVector(rewriter, op->getLoc(), parameter,
                                  inputType.getDimSize(*feature),
                                  type.getElementType()));
    if (!vectors.back())
      return rewriter.notifyMatchFailure(op, "the features are not counted");
  }
  replace(rewriter, op,
          bn::InferenceOp::create(rewriter, op->getLoc(), inputType,
                                  norm->input, vectors[0], vectors[1],
                                  vectors[2], vectors[3],
                                  APFloat(norm->epsilon), *feature));
  return success();
}

LogicalResult raiseScaleShift(Operation *op, PatternRewriter &rewriter) {
  RankedTensorType type = getResultType(op);
  std::optional<Definition> sum;
  if (type)
    sum = getDefinition(getRootExpression(op->getResult(0)));
  if (!sum || sum->kind != Arithmetic::Add)
    return rewriter.notifyMatchFailure(op, "not a sum");
  for (unsigned i : {0, 1}) {
    std::optional<Definition> product = getDefinition(sum->operands[i]);
    std::optional<Parameter> shift = getParameter(sum->operands[1 - i]);
    if (!product || product->kind != Arithmetic::Multiply || !shift)
      continue;
    for (unsigned j : {0, 1}) {
      Value input = getData(product->operands[j], type);
      std::optional<Parameter> scale = getParameter(product->operands[1 - j]);
      std::optional<int64_t> feature;
      if (input && scale)
        feature = getFeatureIndex({*scale, *shift});
      if (!feature ||
          !matchPattern(scale->tensor ? scale->tensor : shift->tensor,
                        m_Constant()) ||
          !matchPattern(shift->tensor ? shift->tensor : scale->tensor,
                        m_Constant()))
        continue;
      rewriter.setInsertionPoint(op);
      auto inputType = cast<RankedTensorType>(input.getType());
      auto build = [&](const Parameter &parameter) {
        return buildVector(rewriter, op->getLoc(), parameter,
                           inputType.getDimSize(*feature),
                           type.getElementType());
      };
      Value scales = build(*scale), shifts = build(*shift);
      if (!scales || !shifts)
        continue;
      replace(rewriter, op,
              bn::ScaleShiftOp::create(rewriter, op->getLoc(), inputType, input,
                                       scales, shifts, *feature));
      return success();
    }
  }
  return rewriter.notifyMatchFailure(
      op, "not a product with a constant, and a constant, per feature");
}

/// Erases `roots` and whatever computes their operands, or is captured by their
/// regions, as far as nothing uses it.
static void eraseDead(ArrayRef<Operation *> roots) {
  llvm::SetVector<Operation *> pending(roots.begin(), roots.end());
  while (!pending.empty()) {
    Operation *dead = pending.pop_back_val();
    if (!isOpTriviallyDead(dead))
      continue;
    llvm::SetVector<Value> values(dead->operand_begin(), dead->operand_end());
    getUsedValuesDefinedAbove(dead->getRegions(), values);
    for (Value value : values)
      if (Operation *producer = value.getDefiningOp())
        pending.insert(producer);
    dead->erase();
  }
}

void raiseUnder(Operation *root, function_ref<bool(Operation *)> isCandidate,
                RaisedCounts &counts) {
  SmallVector<Operation *> operations, raised;
  root->walk([&](Operation *op) { operations.push_back(op); });
  // What a normalization consists of is not raised a second time, in part.
  llvm::DenseSet<Operation *> dead;
  PatternRewriter rewriter(root->getContext());
  for (Operation *op : llvm::reverse(operations)) {
    if (op->getNumResults() == 0)
      continue;
    if (llvm::all_of(op->getUsers(),
                     [&](Operation *user) { return dead.contains(user); })) {
      if (isMemoryEffectFree(op))
        dead.insert(op);
      continue;
    }
    if (!isCandidate(op))
      continue;
    if (succeeded(raiseBatchNorm(op, rewriter)))
      ++counts.batchNorms;
    else if (succeeded(raiseScaleShift(op, rewriter)))
      ++counts.scaleShifts;
    else
      continue;
    dead.insert(op);
    raised.push_back(op);
  }
  eraseDead(raised);
}

} // namespace bnopt
