//===- ElementExpressions.cpp - What is computed for each element ---------===//
//
// One generic with a long body, a generic per operation, named operators, TOSA
// with its implicit broadcasts: all of them say how an element comes about.
// Following one element through them needs only to know which dimension of a
// tensor goes along which dimension of the result.
//
//===----------------------------------------------------------------------===//

#include "passes/convert/ElementExpressions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using linalg::LinalgOp;

namespace bnopt {

constexpr int64_t broadcast = -1;

Expression getRootExpression(Value result) {
  const int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
  return {result, nullptr, llvm::to_vector(llvm::seq<int64_t>(0, rank))};
}

//===----------------------------------------------------------------------===//
// Steps towards the definition
//===----------------------------------------------------------------------===//

/// The operand of the loops that a scalar is an element of.
static std::optional<Expression> readOperand(const Expression &scalar,
                                             BlockArgument argument) {
  LinalgOp loops = scalar.loops;
  OpOperand *operand = loops.getMatchingOpOperand(argument);
  if (!loops.isDpsInput(operand))
    return std::nullopt;
  Expression tensor{operand->get(), nullptr, {}};
  auto type = dyn_cast<RankedTensorType>(operand->get().getType());
  if (!type)
    return tensor;
  AffineMap map = loops.getMatchingIndexingMap(operand);
  for (auto [size, expr] : llvm::zip_equal(type.getShape(), map.getResults())) {
    auto constant = dyn_cast<AffineConstantExpr>(expr);
    if (auto loop = dyn_cast<AffineDimExpr>(expr))
      tensor.dims.push_back(scalar.dims[loop.getPosition()]);
    else if (constant && constant.getValue() == 0 && size == 1)
      tensor.dims.push_back(broadcast);
    else
      return std::nullopt;
  }
  return tensor;
}

static std::optional<Expression> stepInLoops(const Expression &scalar) {
  Value value = scalar.value;
  if (value.getParentRegion() != &scalar.loops->getRegion(0))
    return Expression{scalar.value, nullptr, {}};
  if (auto argument = dyn_cast<BlockArgument>(value))
    return readOperand(scalar, argument);
  Operation *conversion = value.getDefiningOp();
  if (isa<arith::ExtFOp, arith::TruncFOp>(conversion))
    return Expression{conversion->getOperand(0), scalar.loops, scalar.dims};
  return std::nullopt;
}

/// The scalar that becomes an element of a result of `loops`.
static std::optional<Expression> enterLoops(const Expression &tensor,
                                            LinalgOp loops) {
  if (!loops.hasPureTensorSemantics() ||
      loops.getNumParallelLoops() != loops.getNumLoops())
    return std::nullopt;
  const unsigned result = cast<OpResult>(tensor.value).getResultNumber();
  AffineMap map = loops.getMatchingIndexingMap(loops.getDpsInitOperand(result));
  if (!map.isPermutation())
    return std::nullopt;
  Expression scalar{loops.getBlock()->getTerminator()->getOperand(result),
                    loops, SmallVector<int64_t>(loops.getNumLoops())};
  for (auto [dim, expr] : llvm::zip_equal(tensor.dims, map.getResults()))
    scalar.dims[cast<AffineDimExpr>(expr).getPosition()] = dim;
  return scalar;
}

static SmallVector<int64_t> getLongDims(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> dims;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (size != 1)
      dims.push_back(dim);
  return dims;
}

/// Through a reshape that keeps all dimensions of sizes other than one, and at
/// most one of unknown size, so that these are the same.
static std::optional<Expression> undoReshape(const Expression &tensor,
                                             Value source) {
  auto from = dyn_cast<RankedTensorType>(source.getType());
  auto type = dyn_cast<RankedTensorType>(tensor.value.getType());
  if (!from || !type)
    return std::nullopt;
  const SmallVector<int64_t> longFrom = getLongDims(from.getShape());
  const SmallVector<int64_t> longDims = getLongDims(type.getShape());
  if (longFrom.size() != longDims.size() || from.getNumDynamicDims() > 1)
    return std::nullopt;
  Expression expression{source, nullptr,
                        SmallVector<int64_t>(from.getRank(), broadcast)};
  for (auto [fromDim, dim] : llvm::zip_equal(longFrom, longDims)) {
    if (from.getDimSize(fromDim) != type.getDimSize(dim))
      return std::nullopt;
    expression.dims[fromDim] = tensor.dims[dim];
  }
  return expression;
}

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value));
}

/// The dimensions of what has no rank correspond to nothing.
static bool isUnranked(Value value) {
  return isa<UnrankedTensorType>(value.getType());
}

static std::optional<Expression> stepOutsideLoops(const Expression &tensor) {
  Operation *op = tensor.value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (auto loops = dyn_cast<LinalgOp>(op))
    return enterLoops(tensor, loops);
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tosa::ReshapeOp>(op))
    return undoReshape(tensor, op->getOperand(0));
  const bool converts = isa<arith::ExtFOp, arith::TruncFOp, tensor::CastOp,
                            tosa::CastOp, tosa::IdentityOp>(op);
  if (converts && isFloat(op->getOperand(0)) && isFloat(tensor.value) &&
      !isUnranked(op->getOperand(0)) && !isUnranked(tensor.value))
    return Expression{op->getOperand(0), nullptr, tensor.dims};
  return std::nullopt;
}

std::optional<Expression> lookThrough(const Expression &expression) {
  return expression.loops ? stepInLoops(expression)
                          : stepOutsideLoops(expression);
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

static std::optional<Arithmetic> getArithmetic(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<Arithmetic>>(op)
      .Case<arith::AddFOp, tosa::AddOp>([](auto) { return Arithmetic::Add; })
      .Case<arith::SubFOp, tosa::SubOp>(
          [](auto) { return Arithmetic::Subtract; })
      .Case<arith::MulFOp, tosa::MulOp>(
          [](auto) { return Arithmetic::Multiply; })
      .Case<arith::DivFOp>([](auto) { return Arithmetic::Divide; })
      .Case<tosa::ReciprocalOp>([](auto) { return Arithmetic::Invert; })
      .Case<math::SqrtOp>([](auto) { return Arithmetic::Root; })
      .Case<math::RsqrtOp, tosa::RsqrtOp>(
          [](auto) { return Arithmetic::InverseRoot; })
      .Default(std::nullopt);
}

/// An operand of `op`; where TOSA broadcasts, its dimension is of size one and
/// that of the result is not.
static Expression getOperand(const Expression &expression, Value operand) {
  Expression result{operand, expression.loops, expression.dims};
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  auto whole = dyn_cast<RankedTensorType>(expression.value.getType());
  if (!type || !whole)
    return result;
  for (auto [dim, size, wholeSize] :
       llvm::zip_equal(result.dims, type.getShape(), whole.getShape()))
    if (size == 1 && wholeSize != 1)
      dim = broadcast;
  return result;
}

/// A power that is a root. Any other has no definition.
static std::optional<Arithmetic> getRoot(const Expression &power,
                                         Operation *op) {
  const std::optional<double> exponent =
      getConstant(getOperand(power, op->getOperand(1)));
  if (exponent == 0.5)
    return Arithmetic::Root;
  if (exponent == -0.5)
    return Arithmetic::InverseRoot;
  return std::nullopt;
}

static bool isUnary(Arithmetic kind) {
  return kind == Arithmetic::Invert || kind == Arithmetic::Root ||
         kind == Arithmetic::InverseRoot;
}

std::optional<Definition> getDefinition(Expression expression) {
  while (auto next = lookThrough(expression))
    expression = *next;
  Operation *op = expression.value.getDefiningOp();
  if (!op || !isFloat(expression.value) || isUnranked(expression.value))
    return std::nullopt;
  std::optional<Arithmetic> kind = isa<math::PowFOp, tosa::PowOp>(op)
                                       ? getRoot(expression, op)
                                       : getArithmetic(op);
  if (!kind)
    return std::nullopt;
  // The second operand of a power is in its kind, and the third of a TOSA
  // product shifts integers.
  Definition definition{*kind, {}};
  for (Value operand : op->getOperands().take_front(isUnary(*kind) ? 1 : 2))
    definition.operands.push_back(getOperand(expression, operand));
  return definition;
}

/// The number that a constant is everywhere.
static std::optional<double> getSplat(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  auto elements = dyn_cast<DenseFPElementsAttr>(attribute);
  if (elements && elements.isSplat())
    return FloatAttr::get(elements.getElementType(),
                          elements.getSplatValue<APFloat>())
        .getValueAsDouble();
  return std::nullopt;
}

std::optional<double> getConstant(Expression expression) {
  while (auto next = lookThrough(expression))
    expression = *next;
  return getSplat(expression.value);
}

/// Whether two expressions that nothing computes elementwise are the same.
static bool areSameEnds(Expression lhs, Expression rhs) {
  while (auto next = lookThrough(lhs))
    lhs = *next;
  while (auto next = lookThrough(rhs))
    rhs = *next;
  if (lhs.value == rhs.value)
    return lhs.loops == rhs.loops && lhs.dims == rhs.dims;
  std::optional<double> number = getSplat(lhs.value);
  return number && number == getSplat(rhs.value);
}

bool areEqual(const Expression &lhs, const Expression &rhs) {
  // scale·rsqrt(variance + epsilon) takes seven comparisons.
  constexpr unsigned maxComparisons = 32;
  SmallVector<std::pair<Expression, Expression>> pending = {{lhs, rhs}};
  for (unsigned i = 0; !pending.empty(); ++i) {
    if (i == maxComparisons)
      return false;
    auto [left, right] = pending.pop_back_val();
    std::optional<Definition> leftDefinition = getDefinition(left);
    std::optional<Definition> rightDefinition = getDefinition(right);
    if (!leftDefinition && !rightDefinition) {
      if (!areSameEnds(left, right))
        return false;
      continue;
    }
    if (!leftDefinition || !rightDefinition ||
        leftDefinition->kind != rightDefinition->kind)
      return false;
    for (auto [a, b] :
         llvm::zip_equal(leftDefinition->operands, rightDefinition->operands))
      pending.emplace_back(a, b);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Data and parameters
//===----------------------------------------------------------------------===//

Value getData(Expression expression, RankedTensorType rootType) {
  const auto identity =
      llvm::to_vector(llvm::seq<int64_t>(0, rootType.getRank()));
  std::optional<Expression> next = expression;
  for (; next; next = lookThrough(*next)) {
    auto type = dyn_cast<RankedTensorType>(next->value.getType());
    if (type && next->dims == identity &&
        type.getElementType() == rootType.getElementType())
      return next->value;
  }
  return Value();
}

/// The one dimension of the root that a tensor goes along. One of size one
/// counts where there is no longer one.
static std::optional<int64_t> getFeatureIndex(const Expression &tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor.value.getType());
  if (!type)
    return std::nullopt;
  SmallVector<int64_t> longDims, dims;
  for (auto [dim, size] : llvm::zip_equal(tensor.dims, type.getShape())) {
    if (dim == broadcast && size != 1)
      return std::nullopt;
    if (dim != broadcast)
      (size == 1 ? dims : longDims).push_back(dim);
  }
  const SmallVector<int64_t> &candidates = longDims.empty() ? dims : longDims;
  if (candidates.size() != 1)
    return std::nullopt;
  return candidates.front();
}

std::optional<Parameter> getParameter(Expression expression) {
  std::optional<Parameter> nearest;
  std::optional<Expression> next = expression;
  for (; next; next = lookThrough(*next)) {
    if (std::optional<int64_t> feature = getFeatureIndex(*next))
      nearest = Parameter{next->value, *feature};
    expression = *next;
  }
  if (nearest)
    return nearest;
  if (std::optional<double> number = getSplat(expression.value))
    return Parameter{Value(), -1, *number};
  return std::nullopt;
}

Value buildVector(OpBuilder &builder, Location loc, const Parameter &parameter,
                  int64_t numFeatures, Type elementType) {
  Value tensor = parameter.tensor;
  if (!tensor) {
    if (ShapedType::isDynamic(numFeatures))
      return Value();
    auto type = RankedTensorType::get(numFeatures, elementType);
    Attribute number = builder.getFloatAttr(elementType, parameter.number);
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, number));
  }
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getRank() == 1 && !tensor.getDefiningOp<tosa::ConstOp>())
    return tensor;
  Attribute attribute;
  if (matchPattern(tensor, m_Constant(&attribute))) {
    auto vector =
        RankedTensorType::get(type.getNumElements(), type.getElementType());
    if (auto dense = dyn_cast<DenseElementsAttr>(attribute))
      return arith::ConstantOp::create(builder, loc, dense.reshape(vector));
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute))
      return arith::ConstantOp::create(
          builder, loc,
          DenseResourceElementsAttr::get(vector, resource.getRawHandle()));
  }
  const auto all = llvm::to_vector<2>(llvm::seq<int64_t>(0, type.getRank()));
  return tensor::CollapseShapeOp::create(builder, loc, tensor,
                                         ArrayRef<ReassociationIndices>(all));
}

} // namespace bnopt
