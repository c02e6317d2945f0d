//===- RaiseToBN.cpp - From elementwise arithmetic to the bn dialect ------===//

#include "passes/convert/RaiseToBN.h"

#include "passes/Passes.h"
#include "passes/convert/BatchNormMatcher.h"

#include "dialect/Interfaces/InferredTypes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVectorExtras.h"

using namespace mlir;

namespace bnopt {
namespace {

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

/// A number is one.
bool isConstant(const Parameter &parameter) {
  return !parameter.tensor || matchPattern(parameter.tensor, m_Constant());
}

/// Why `parameter` cannot be a vector of `numFeatures` elements, or null.
const char *findObstacle(const Parameter &parameter, int64_t numFeatures) {
  if (!parameter.tensor)
    return ShapedType::isDynamic(numFeatures) ? "the features are not counted"
                                              : nullptr;
  // Loops with an empty operand may be shorter than their result.
  auto type = cast<RankedTensorType>(parameter.tensor.getType());
  const bool isVector = !type.hasStaticShape() ||
                        areCompatibleSizes(type.getNumElements(), numFeatures);
  return isVector ? nullptr : "a parameter has not one element per feature";
}

struct ScaleShift {
  Value input;
  Parameter scale, shift;
  int64_t featureIndex;
};

} // namespace

/// `parameters` as vectors with an element, of type `elementType` where they
/// are numbers, for each index of dimension `feature` of `input`.
static FailureOr<SmallVector<Value>>
buildVectors(Operation *op, ArrayRef<Parameter> parameters, Value input,
             int64_t feature, Type elementType, PatternRewriter &rewriter) {
  const int64_t numFeatures =
      cast<RankedTensorType>(input.getType()).getDimSize(feature);
  for (const Parameter &parameter : parameters)
    if (const char *reason = findObstacle(parameter, numFeatures))
      return rewriter.notifyMatchFailure(op, reason);
  rewriter.setInsertionPoint(op);
  return llvm::map_to_vector(parameters, [&](const Parameter &parameter) {
    return buildVector(rewriter, op->getLoc(), parameter, numFeatures,
                       elementType);
  });
}

/// The `bn.inference` that computes `root`, of type `type`, before `op`.
static FailureOr<Value> buildBatchNorm(Operation *op, const Expression &root,
                                       RankedTensorType type,
                                       PatternRewriter &rewriter) {
  std::string reason;
  std::optional<BatchNorm> norm = matchBatchNorm(root, type, reason);
  if (!norm)
    return rewriter.notifyMatchFailure(op, reason);
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
  FailureOr<SmallVector<Value>> vectors = buildVectors(
      op, parameters, norm->input, *feature, type.getElementType(), rewriter);
  if (failed(vectors))
    return failure();
  return bn::InferenceOp::create(rewriter, op->getLoc(), norm->input.getType(),
                                 norm->input, (*vectors)[0], (*vectors)[1],
                                 (*vectors)[2], (*vectors)[3],
                                 APFloat(norm->epsilon), *feature)
      .getResult();
}

LogicalResult raiseBatchNorm(Operation *op, PatternRewriter &rewriter) {
  RankedTensorType type = getResultType(op);
  if (!type)
    return rewriter.notifyMatchFailure(op, "not data of more than one feature");
  FailureOr<Value> result =
      buildBatchNorm(op, getRootExpression(op->getResult(0)), type, rewriter);
  if (failed(result))
    return failure();
  replace(rewriter, op, *result);
  return success();
}

/// x·scale, with `shift` along the same dimension of x.
static std::optional<ScaleShift> matchProduct(const Expression &product,
                                              const Parameter &shift,
                                              RankedTensorType type) {
  std::optional<Definition> definition = getDefinition(product);
  if (!definition || definition->kind != Arithmetic::Multiply)
    return std::nullopt;
  for (unsigned i : {0, 1}) {
    Value input = getData(definition->operands[i], type);
    std::optional<Parameter> scale = getParameter(definition->operands[1 - i]);
    if (!input || !scale || !isConstant(*scale))
      continue;
    if (auto feature = getFeatureIndex({*scale, shift}))
      return ScaleShift{input, *scale, shift, *feature};
  }
  return std::nullopt;
}

static std::optional<ScaleShift> matchScaleShift(Operation *op) {
  RankedTensorType type = getResultType(op);
  if (!type)
    return std::nullopt;
  std::optional<Definition> sum =
      getDefinition(getRootExpression(op->getResult(0)));
  if (!sum || sum->kind != Arithmetic::Add)
    return std::nullopt;
  for (unsigned i : {0, 1}) {
    std::optional<Parameter> shift = getParameter(sum->operands[1 - i]);
    if (!shift || !isConstant(*shift))
      continue;
    if (auto match = matchProduct(sum->operands[i], *shift, type))
      return match;
  }
  return std::nullopt;
}

LogicalResult raiseScaleShift(Operation *op, PatternRewriter &rewriter) {
  std::optional<ScaleShift> match = matchScaleShift(op);
  if (!match)
    return rewriter.notifyMatchFailure(
        op, "not a product with a constant, and a constant, per feature");
  auto type = cast<RankedTensorType>(match->input.getType());
  FailureOr<SmallVector<Value>> vectors =
      buildVectors(op, {match->scale, match->shift}, match->input,
                   match->featureIndex, type.getElementType(), rewriter);
  if (failed(vectors))
    return failure();
  replace(rewriter, op,
          bn::ScaleShiftOp::create(rewriter, op->getLoc(), type, match->input,
                                   (*vectors)[0], (*vectors)[1],
                                   match->featureIndex));
  return success();
}

//===----------------------------------------------------------------------===//
// Inside of loops
//===----------------------------------------------------------------------===//

/// `loops` that read `tensor`, indexed as their result, instead of computing
/// `scalar`, and nothing that they do not need.
static linalg::GenericOp readInstead(linalg::GenericOp loops, Value scalar,
                                     Value tensor, PatternRewriter &rewriter) {
  Block *body = loops.getBody();
  const unsigned numInputs = loops.getNumDpsInputs();
  SmallVector<AffineMap> maps = loops.getIndexingMapsArray();
  SmallVector<Value> inputs = loops.getInputs();
  inputs.push_back(tensor);
  maps.insert(maps.begin() + numInputs, maps[numInputs]);
  scalar.replaceAllUsesWith(
      body->insertArgument(numInputs, scalar.getType(), scalar.getLoc()));
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (unsigned i = inputs.size(); i-- > 0;) {
    if (!body->getArgument(i).use_empty())
      continue;
    body->eraseArgument(i);
    inputs.erase(inputs.begin() + i);
    maps.erase(maps.begin() + i);
  }
  rewriter.setInsertionPoint(loops);
  auto shorter = linalg::GenericOp::create(
      rewriter, loops.getLoc(), loops.getResultTypes(), inputs,
      loops.getOutputs(), maps, loops.getIteratorTypesArray());
  shorter.getRegion().takeBody(loops.getRegion());
  rewriter.replaceAllUsesWith(loops->getResults(), shorter->getResults());
  return shorter;
}

FailureOr<linalg::GenericOp> raiseInside(linalg::GenericOp loops,
                                         PatternRewriter &rewriter) {
  std::optional<Expression> inside;
  if (getResultType(loops))
    inside = lookThrough(getRootExpression(loops.getResult(0)));
  if (!inside || inside->loops.getOperation() != loops)
    return rewriter.notifyMatchFailure(loops, "not elementwise");
  ArrayRef<int64_t> shape = getResultType(loops).getShape();
  for (Operation &op : llvm::reverse(*loops.getBody())) {
    // What ends in a product may be part of a longer one. Sums of vectors or
    // of whole tensors are not elements.
    if (!isa<arith::AddFOp>(op) || !isa<FloatType>(op.getResult(0).getType()))
      continue;
    inside->value = op.getResult(0);
    auto type = RankedTensorType::get(shape, inside->value.getType());
    FailureOr<Value> norm = buildBatchNorm(loops, *inside, type, rewriter);
    if (succeeded(norm))
      return readInstead(loops, inside->value, *norm, rewriter);
  }
  return rewriter.notifyMatchFailure(loops, "no sum inside is a batch norm");
}

//===----------------------------------------------------------------------===//
// All of a program
//===----------------------------------------------------------------------===//

/// What computes the operands of `op` and the values that its regions capture.
static SmallVector<Operation *> getProducers(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  SmallVector<Operation *> producers;
  for (Value value : values)
    if (Operation *producer = value.getDefiningOp())
      producers.push_back(producer);
  return producers;
}

/// Erases `roots`, and whatever computes what they use, as far as nothing else
/// uses it.
static void eraseDead(ArrayRef<Operation *> roots) {
  llvm::SetVector<Operation *> pending(roots.begin(), roots.end());
  while (!pending.empty()) {
    Operation *dead = pending.pop_back_val();
    if (!isOpTriviallyDead(dead))
      continue;
    pending.insert_range(getProducers(dead));
    dead->erase();
  }
}

/// Raises each batch norm in the midst of what `op` computes; how many.
static unsigned raiseAllInside(Operation *op, PatternRewriter &rewriter) {
  auto loops = dyn_cast<linalg::GenericOp>(op);
  for (unsigned number = 0;; ++number) {
    FailureOr<linalg::GenericOp> shorter = failure();
    if (loops)
      shorter = raiseInside(loops, rewriter);
    if (failed(shorter))
      return number;
    // What has been split in between has no body any more.
    if (loops != op)
      rewriter.eraseOp(loops);
    loops = *shorter;
  }
}

void raiseUnder(Operation *root, function_ref<bool(Operation *)> isCandidate,
                RaisedCounts &counts) {
  SmallVector<Operation *> operations, raised;
  root->walk<WalkOrder::PreOrder>([&](Operation *op) {
    operations.push_back(op);
    return isa<linalg::LinalgOp>(op) ? WalkResult::skip()
                                     : WalkResult::advance();
  });
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
    // The body that captures some of them may move into other loops.
    const SmallVector<Operation *> producers = getProducers(op);
    if (succeeded(raiseBatchNorm(op, rewriter)))
      ++counts.batchNorms;
    else if (succeeded(raiseScaleShift(op, rewriter)))
      ++counts.scaleShifts;
    else if (unsigned number = raiseAllInside(op, rewriter))
      counts.batchNorms += number;
    else
      continue;
    dead.insert(op);
    raised.push_back(op);
    raised.append(producers);
  }
  eraseDead(raised);
}

} // namespace bnopt
