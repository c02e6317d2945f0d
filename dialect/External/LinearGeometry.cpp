//===- LinearGeometry.cpp - Linalg operators as weights and features ------===//
//
// A linear linalg operator computes, over all loops,
//
//   out[o(l)] += lhs[a(l)]·rhs[b(l)],  starting from its 'outs' operand,
//
// with indexing maps o, a, b. One of the inputs is the weights. A scale along
// dimension j of the result varies with the loop d = o(l)[j]; where d is also a
// dimension p of the weights, it multiplies them along p, whatever the layout:
//
//   fchw, p = 0  {1, 1, F, C·K·K}        hwcf, p = 3  {1, K·K·C, F, 1}
//   hwcm, p = 2, 3 merged  {1, K·K, C·M, 1}
//
// There is no padding, so every element of a row of the weights is read for
// each position of the result, and a shift from above is one bias.
//
// The bias is the initial value: a broadcast vector. A zero one is no bias.
//
//===----------------------------------------------------------------------===//

#include "dialect/External/LinearGeometry.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using linalg::LinalgOp;

namespace bnopt {

//===----------------------------------------------------------------------===//
// Predicates
//===----------------------------------------------------------------------===//

bool isLinear(LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !op.hasPureTensorSemantics() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0))
           .isProjectedPermutation())
    return false;
  return linalg::detail::isContractionBody(
      *op.getBlock(), [](Operation *product, Operation *sum) {
        return isa<arith::MulFOp>(product) && isa<arith::AddFOp>(sum);
      });
}

/// The input that holds the weights: the right one where both might.
static OpOperand &getWeights(LinalgOp op) {
  OpOperand *lhs = op.getDpsInputOperand(0), *rhs = op.getDpsInputOperand(1);
  const bool constantLhs = matchPattern(lhs->get(), m_Constant());
  const bool constantRhs = matchPattern(rhs->get(), m_Constant());
  return constantLhs && !constantRhs ? *lhs : *rhs;
}

std::optional<FeatureView> getFeatureView(RankedTensorType type,
                                          ArrayRef<int64_t> dims) {
  if (!type.hasStaticShape() || dims.empty())
    return std::nullopt;
  for (auto [previous, dim] : llvm::zip(dims, dims.drop_front()))
    if (dim != previous + 1)
      return std::nullopt;
  ArrayRef<int64_t> shape = type.getShape();
  FeatureView view;
  view.outer = ShapedType::getNumElements(shape.take_front(dims.front()));
  view.featuresPerGroup =
      ShapedType::getNumElements(shape.slice(dims.front(), dims.size()));
  view.inner = ShapedType::getNumElements(shape.drop_front(dims.back() + 1));
  return view;
}

/// The dimension of an operand that the loop `loop` walks alone.
static std::optional<int64_t> getDimOfLoop(AffineMap map, unsigned loop) {
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (auto walked = dyn_cast<AffineDimExpr>(expr);
        walked && walked.getPosition() == loop)
      return dim;
  return std::nullopt;
}

/// The dimensions of the result along which the weights vary.
static SmallVector<int64_t> getResultDimsOfWeights(LinalgOp op) {
  AffineMap weights = op.getMatchingIndexingMap(&getWeights(op));
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  SmallVector<int64_t> dims;
  for (int64_t dim = 0; dim < result.getNumResults(); ++dim)
    if (getDimOfLoop(weights, result.getDimPosition(dim)))
      dims.push_back(dim);
  return dims;
}

static RankedTensorType getResultType(LinalgOp op) {
  return cast<RankedTensorType>(op->getResult(0).getType());
}

//===----------------------------------------------------------------------===//
// Bias
//===----------------------------------------------------------------------===//

/// Whether `value` is zero everywhere: a constant, or what a fill, named or
/// generic, makes of one.
static bool isZero(Value value) {
  if (auto fill = value.getDefiningOp<LinalgOp>()) {
    const unsigned result = cast<OpResult>(value).getResultNumber();
    value = fill.getBlock()->getTerminator()->getOperand(result);
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getOwner() == fill.getBlock())
      value = fill.getMatchingOpOperand(argument)->get();
  }
  return matchPattern(value, m_AnyZeroFloat());
}

/// What `value` broadcasts, and the dimensions along which that varies.
static std::optional<std::pair<Value, SmallVector<int64_t>>>
getBroadcast(Value value) {
  auto op = value.getDefiningOp<LinalgOp>();
  if (!op || op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      isa<linalg::FillOp>(op.getOperation()))
    return std::nullopt;
  AffineMap input = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!result.isIdentity() || !input.isProjectedPermutation() ||
      op.getBlock()->getTerminator()->getOperand(0) !=
          op.getBlock()->getArgument(0))
    return std::nullopt;
  SmallVector<int64_t> dims;
  for (unsigned dim = 0; dim < input.getNumResults(); ++dim)
    dims.push_back(input.getDimPosition(dim));
  return std::pair(op.getDpsInputOperand(0)->get(), dims);
}

/// The bias of `op` along `resultDims`, null where it starts from zero.
static FailureOr<Value> getBias(LinalgOp op, ArrayRef<int64_t> resultDims,
                                std::string &reason) {
  Value init = op.getDpsInitOperand(0)->get();
  if (isZero(init))
    return Value();
  auto broadcast = getBroadcast(init);
  if (!broadcast) {
    reason = "the initial value of '" + op->getName().getStringRef().str() +
             "' is neither zero nor the broadcast of a bias";
    return failure();
  }
  auto [bias, dims] = *broadcast;
  if (ArrayRef(dims) != resultDims) {
    reason = "the bias of '" + op->getName().getStringRef().str() +
             "' varies along other dimensions than the features";
    return failure();
  }
  if (auto expand = bias.getDefiningOp<tensor::ExpandShapeOp>();
      expand && expand.getSrcType().getRank() == 1)
    bias = expand.getSrc();
  if (cast<RankedTensorType>(bias.getType()).getRank() != 1) {
    reason = "the bias of '" + op->getName().getStringRef().str() +
             "' is not a vector";
    return failure();
  }
  return bias;
}

/// `bias` broadcast to the shape of the result of `op`.
static Value buildInitialValue(OpBuilder &builder, LinalgOp op, Value bias,
                               ArrayRef<int64_t> resultDims) {
  Location loc = op.getLoc();
  RankedTensorType type = getResultType(op);
  if (resultDims.size() > 1) {
    SmallVector<int64_t> sizes;
    for (int64_t dim : resultDims)
      sizes.push_back(type.getDimSize(dim));
    auto expanded = RankedTensorType::get(
        sizes, cast<RankedTensorType>(bias.getType()).getElementType());
    SmallVector<ReassociationIndices> all(1);
    llvm::append_range(all[0], llvm::seq<int64_t>(0, resultDims.size()));
    bias = tensor::ExpandShapeOp::create(builder, loc, expanded, bias, all);
  }
  Value init = op.getDpsInitOperand(0)->get();
  SmallVector<Value> dynamicSizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      dynamicSizes.push_back(tensor::DimOp::create(builder, loc, init, dim));
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                        type.getElementType(), dynamicSizes);
  SmallVector<int64_t> added;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (!llvm::is_contained(resultDims, dim))
      added.push_back(dim);
  return linalg::BroadcastOp::create(builder, loc, bias, empty, added)
      ->getResult(0);
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

FailureOr<ScaleShiftTarget> getLinearTargetBelow(LinalgOp op,
                                                 ArrayRef<int64_t> resultDims,
                                                 std::string &reason) {
  const std::string name = "'" + op->getName().getStringRef().str() + "'";
  OpOperand &weights = getWeights(op);
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  AffineMap map = op.getMatchingIndexingMap(&weights);
  SmallVector<int64_t> weightDims;
  for (int64_t dim : resultDims) {
    auto weightDim = getDimOfLoop(map, result.getDimPosition(dim));
    if (!weightDim) {
      reason = "features lie along dimension " + std::to_string(dim) +
               ", along which the weights of " + name + " do not vary";
      return failure();
    }
    weightDims.push_back(*weightDim);
  }
  auto type = cast<RankedTensorType>(weights.get().getType());
  if (!type.hasStaticShape()) {
    reason = "the shape of the weights is not known";
    return failure();
  }
  std::optional<FeatureView> view = getFeatureView(type, weightDims);
  if (!view) {
    reason = "the weights of " + name + " hold the features in another order";
    return failure();
  }
  // cloneLinear finds the dimension of the bias by its size.
  if (resultDims.size() == 1)
    for (int64_t dim : getResultDimsOfWeights(op))
      if (dim != resultDims[0] &&
          getResultType(op).getDimSize(dim) == view->numFeatures()) {
        reason = "two dimensions of the result of " + name +
                 " have the size of the features";
        return failure();
      }
  FailureOr<Value> bias = getBias(op, resultDims, reason);
  if (failed(bias))
    return failure();
  ScaleShiftTarget target;
  target.weightsOperand = weights.getOperandNumber();
  target.view = *view;
  target.bias = *bias;
  return target;
}

FailureOr<ScaleShiftTargetAbove> getLinearTargetAbove(LinalgOp op,
                                                      unsigned operand,
                                                      int64_t featureIndex,
                                                      std::string &reason) {
  const std::string name = "'" + op->getName().getStringRef().str() + "'";
  OpOperand &weights = getWeights(op);
  OpOperand &input = op->getOpOperand(operand);
  if (operand == weights.getOperandNumber() || !op.isDpsInput(&input)) {
    reason = "operand " + std::to_string(operand) + " of " + name +
             " is not multiplied by weights";
    return failure();
  }
  AffineMap weightsMap = op.getMatchingIndexingMap(&weights);
  auto loop = dyn_cast<AffineDimExpr>(
      op.getMatchingIndexingMap(&input).getResult(featureIndex));
  auto weightDim =
      loop ? getDimOfLoop(weightsMap, loop.getPosition()) : std::nullopt;
  if (!weightDim) {
    reason = "features lie along dimension " + std::to_string(featureIndex) +
             ", along which the weights of " + name + " do not vary";
    return failure();
  }
  SmallVector<int64_t> resultDims = getResultDimsOfWeights(op);
  if (resultDims.size() != 1) {
    reason = "a shift would be a bias along " +
             std::to_string(resultDims.size()) +
             " dimensions of the result of " + name;
    return failure();
  }
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  auto type = cast<RankedTensorType>(weights.get().getType());
  auto inputView = getFeatureView(type, {*weightDim});
  if (!inputView) {
    reason = "the shape of the weights is not known";
    return failure();
  }
  FailureOr<Value> bias = getBias(op, resultDims, reason);
  if (failed(bias))
    return failure();
  ScaleShiftTargetAbove target;
  target.weightsOperand = weights.getOperandNumber();
  target.inputView = *inputView;
  target.resultView = *getFeatureView(
      type, {*getDimOfLoop(weightsMap, result.getDimPosition(resultDims[0]))});
  target.bias = *bias;
  target.resultFeatureIndex = resultDims[0];
  return target;
}

Operation *cloneLinear(OpBuilder &builder, LinalgOp op, Value weights,
                       Value bias, ArrayRef<int64_t> resultDims) {
  Value init = op.getDpsInitOperand(0)->get();
  if (bias) {
    const int64_t size = cast<RankedTensorType>(bias.getType()).getDimSize(0);
    SmallVector<int64_t> dims(resultDims);
    if (dims.empty())
      for (int64_t dim : getResultDimsOfWeights(op))
        if (getResultType(op).getDimSize(dim) == size)
          dims = {dim};
    init = buildInitialValue(builder, op, bias, dims);
  }
  const unsigned weightsOperand = getWeights(op).getOperandNumber();
  Operation *clone = builder.clone(*op);
  clone->setOperand(weightsOperand, weights);
  cast<LinalgOp>(clone).getDpsInitsMutable()[0].set(init);
  return clone;
}

} // namespace bnopt
