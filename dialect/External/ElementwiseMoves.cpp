//===- ElementwiseMoves.cpp - Scale-shifts pass elementwise linalg --------===//
//
//   s·(a + b) + t = (s·a + t) + s·b          scale into both, shift into one
//   (a + t) + b = (a + b) + t                from above the shift alone
//   s·relu(x) = relu(s·x), s > 0
//   s·relu(x) + t = max(s·x + t, t), s >= 0; min(s·x + t, t), s <= 0
//   relu(s·x + t) = s·max(x, −t/s) + t, s > 0; s·min(x, −t/s) + t, s < 0
//
// Transposes and broadcasts pass everything, where the features survive.
//
//===----------------------------------------------------------------------===//

#include "dialect/External/ElementwiseMoves.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using linalg::LinalgOp;

namespace bnopt {

//===----------------------------------------------------------------------===//
// Predicates
//===----------------------------------------------------------------------===//

/// The input that a value of the body of `op` is an element of.
static OpOperand *getInput(LinalgOp op, Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != op.getBlock())
    return nullptr;
  OpOperand *operand = op.getMatchingOpOperand(argument);
  return op.isDpsInput(operand) ? operand : nullptr;
}

static bool isZeroInBody(LinalgOp op, Value value) {
  if (matchPattern(value, m_AnyZeroFloat()))
    return true;
  OpOperand *input = getInput(op, value);
  if (!input)
    return false;
  auto fill = input->get().getDefiningOp<linalg::FillOp>();
  return matchPattern(fill ? fill.getInputs()[0] : input->get(),
                      m_AnyZeroFloat());
}

/// x where `value` is the larger of x and zero.
static Value getReluInput(LinalgOp op, Value value) {
  Operation *maximum = value.getDefiningOp();
  if (isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(maximum)) {
    if (isZeroInBody(op, maximum->getOperand(1)))
      return maximum->getOperand(0);
    return isZeroInBody(op, maximum->getOperand(0)) ? maximum->getOperand(1)
                                                    : Value();
  }
  // As torch-mlir writes it: x where x > 0 or unordered, else 0.
  auto select = value.getDefiningOp<arith::SelectOp>();
  auto compare = select ? select.getCondition().getDefiningOp<arith::CmpFOp>()
                        : arith::CmpFOp();
  if (!compare || compare.getLhs() != select.getTrueValue() ||
      !isZeroInBody(op, compare.getRhs()) ||
      !isZeroInBody(op, select.getFalseValue()))
    return Value();
  switch (compare.getPredicate()) {
  case arith::CmpFPredicate::OGT:
  case arith::CmpFPredicate::OGE:
  case arith::CmpFPredicate::UGT:
  case arith::CmpFPredicate::UGE:
    return compare.getLhs();
  default:
    return Value();
  }
}

std::optional<ElementwiseKind> getElementwiseKind(LinalgOp op) {
  if (isa<linalg::FillOp>(op.getOperation()) || op.getNumDpsInits() != 1 ||
      !op.hasPureTensorSemantics() ||
      op.getNumParallelLoops() != op.getNumLoops())
    return std::nullopt;
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!result.isPermutation())
    return std::nullopt;
  Value value = op.getBlock()->getTerminator()->getOperand(0);
  if (!isa<FloatType>(value.getType()))
    return std::nullopt;
  if (getInput(op, value))
    return ElementwiseKind::Move;
  if (Value input = getReluInput(op, value)) {
    OpOperand *operand = getInput(op, input);
    if (operand && op.getMatchingIndexingMap(operand) == result &&
        operand->get().getType() == op->getResult(0).getType())
      return ElementwiseKind::Relu;
    return std::nullopt;
  }
  Operation *binary = value.getDefiningOp();
  if (!isa<arith::AddFOp, arith::SubFOp>(binary))
    return std::nullopt;
  OpOperand *lhs = getInput(op, binary->getOperand(0));
  OpOperand *rhs = getInput(op, binary->getOperand(1));
  if (!lhs || !rhs || lhs == rhs)
    return std::nullopt;
  return isa<arith::AddFOp>(binary) ? ElementwiseKind::Add
                                    : ElementwiseKind::Subtract;
}

/// The operands of the yielded value, in its order.
static SmallVector<OpOperand *> getOperands(LinalgOp op, ElementwiseKind kind) {
  Value value = op.getBlock()->getTerminator()->getOperand(0);
  if (kind == ElementwiseKind::Move)
    return {getInput(op, value)};
  if (kind == ElementwiseKind::Relu)
    return {getInput(op, getReluInput(op, value))};
  Operation *binary = value.getDefiningOp();
  return {getInput(op, binary->getOperand(0)),
          getInput(op, binary->getOperand(1))};
}

unsigned getReluOperand(LinalgOp op) {
  return getOperands(op, ElementwiseKind::Relu).front()->getOperandNumber();
}

bool keepsRelu(const ScaleAndShift &values) {
  return hasNonNegativeScales(values) && hasNonZeroScales(values) &&
         !hasShift(values);
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// The dimension of `operand` that becomes dimension `dim` of the result.
static std::optional<int64_t> getOperandDim(LinalgOp op, OpOperand *operand,
                                            int64_t dim) {
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  AffineExpr loop = result.getResult(dim);
  for (auto [position, expr] :
       llvm::enumerate(op.getMatchingIndexingMap(operand).getResults()))
    if (expr == loop)
      return position;
  return std::nullopt;
}

/// Bounds that the type of the result cannot hold are a reason not to move.
static LogicalResult checkBounds(LinalgOp op, const ClampBounds &bounds,
                                 const ClampBounds &moved,
                                 std::string &reason) {
  const std::string problem =
      bounds.getProblemOf(moved, getElementTypeOrSelf(op->getResult(0)));
  if (problem.empty())
    return success();
  reason = "'" + op->getName().getStringRef().str() + "' " + problem;
  return failure();
}

FailureOr<SmallVector<ScaleShiftMove>>
moveElementwiseUp(LinalgOp op, ElementwiseKind kind, const ScaleAndShift &below,
                  std::string &reason) {
  ScaleShiftMove scaled;
  scaled.changesOperator = kind == ElementwiseKind::Relu && !keepsRelu(below);
  for (OpOperand *operand : getOperands(op, kind)) {
    auto dim = getOperandDim(op, operand, below.featureIndex);
    if (!dim) {
      reason = "operand " + std::to_string(operand->getOperandNumber()) +
               " of '" + op->getName().getStringRef().str() +
               "' is broadcast along the features";
      return failure();
    }
    scaled.operands.push_back(
        {operand->getOperandNumber(), alongDim(below, *dim)});
  }
  if (scaled.changesOperator) {
    const ClampBounds relu = getReluBounds(below.numFeatures());
    if (failed(checkBounds(op, relu, relu.moveUp(below), reason)))
      return failure();
  }
  if (scaled.operands.size() == 1)
    return SmallVector<ScaleShiftMove>{scaled};

  // A shift goes into one of the two: a way for each.
  SmallVector<ScaleShiftMove> ways;
  for (size_t shifted : {1, 0}) {
    ScaleShiftMove way = scaled;
    ScaleAndShift &scaledOnly = way.operands[1 - shifted].values;
    scaledOnly = takeScale(scaledOnly);
    if (kind == ElementwiseKind::Subtract && shifted == 1)
      way.operands[1].values =
          withShiftsTimes(std::move(way.operands[1].values), -1);
    ways.push_back(way);
  }
  return ways;
}

FailureOr<ScaleAndShift> moveElementwiseDown(LinalgOp op, ElementwiseKind kind,
                                             unsigned operand,
                                             const ScaleAndShift &above,
                                             bool &changesOperator,
                                             std::string &reason) {
  const std::string name = "'" + op->getName().getStringRef().str() + "'";
  SmallVector<OpOperand *> operands = getOperands(op, kind);
  OpOperand *moved = &op->getOpOperand(operand);
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  AffineExpr loop =
      op.getMatchingIndexingMap(moved).getResult(above.featureIndex);
  ScaleAndShift below = above;
  below.featureIndex = -1;
  for (auto [dim, expr] : llvm::enumerate(result.getResults()))
    if (expr == loop)
      below.featureIndex = dim;
  if (!llvm::is_contained(operands, moved) || below.featureIndex < 0) {
    reason = "the features of operand " + std::to_string(operand) + " of " +
             name + " are not those of the result";
    return failure();
  }
  changesOperator = false;
  if (kind == ElementwiseKind::Relu) {
    changesOperator = !keepsRelu(above);
    if (changesOperator && llvm::is_contained(above.scale, 0.0)) {
      reason = "a scale of zero cannot pass " + name;
      return failure();
    }
    const ClampBounds relu = getReluBounds(above.numFeatures());
    if (changesOperator &&
        failed(checkBounds(op, relu, relu.moveDown(above), reason)))
      return failure();
  } else if (kind != ElementwiseKind::Move) {
    if (hasScale(above)) {
      reason =
          "a scale of one operand of " + name + " is not one of the result";
      return failure();
    }
    if (kind == ElementwiseKind::Subtract && moved == operands[1])
      below = withShiftsTimes(std::move(below), -1);
  }
  return below;
}

//===----------------------------------------------------------------------===//
// Clamps
//===----------------------------------------------------------------------===//

/// A vector of `values`, rounded to the element type of `type`.
static Value buildVector(OpBuilder &builder, Location loc,
                         RankedTensorType type, ArrayRef<double> values) {
  Type elementType = type.getElementType();
  SmallVector<Attribute> elements;
  for (double value : values)
    elements.push_back(builder.getFloatAttr(elementType, value));
  auto vector = RankedTensorType::get(values.size(), elementType);
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(vector, elements));
}

Value buildClamp(OpBuilder &builder, LinalgOp op, Value input,
                 int64_t featureIndex, const ClampBounds &bounds) {
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  MLIRContext *context = op->getContext();
  const unsigned rank = type.getRank();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, context);
  AffineMap feature =
      AffineMap::get(rank, 0, getAffineDimExpr(featureIndex, context));
  const bool hasLow = bounds.bindsBelow(), hasHigh = bounds.bindsAbove();
  SmallVector<Value> inputs = {input};
  if (hasLow)
    inputs.push_back(buildVector(builder, loc, type, bounds.low));
  if (hasHigh)
    inputs.push_back(buildVector(builder, loc, type, bounds.high));
  SmallVector<AffineMap> maps(inputs.size(), feature);
  maps[0] = identity;
  maps.push_back(identity);
  SmallVector<utils::IteratorType> loops(rank, utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange elements) {
    Value value = elements[0];
    if (hasLow)
      value = arith::MaximumFOp::create(inner, loc, value, elements[1]);
    if (hasHigh)
      value = arith::MinimumFOp::create(inner, loc, value,
                                        elements[hasLow ? 2 : 1]);
    linalg::YieldOp::create(inner, loc, value);
  };
  return linalg::GenericOp::create(builder, loc, type, inputs,
                                   op.getDpsInitOperand(0)->get(), maps, loops,
                                   body)
      .getResult(0);
}

} // namespace bnopt
