//===- ElementLoops.cpp - Loops over the elements of a tensor -------------===//

#include "passes/convert/ElementLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace bnopt {

FloatType getFloatElementType(Value tensor) {
  return cast<FloatType>(getElementTypeOrSelf(tensor));
}

FloatType getComputeType(ValueRange tensors) {
  FloatType widest = Float32Type::get(tensors.front().getContext());
  for (Value tensor : tensors)
    if (getFloatElementType(tensor).getWidth() > widest.getWidth())
      widest = getFloatElementType(tensor);
  return widest;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

Value ScalarBuilder::constant(double value, Type type) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(type, value));
}

Value ScalarBuilder::convert(Value value, Type type) {
  if (value.getType() == type)
    return value;
  const unsigned width = type.getIntOrFloatBitWidth();
  const unsigned from = value.getType().getIntOrFloatBitWidth();
  if (from < width)
    return arith::ExtFOp::create(builder, loc, type, value);
  if (from > width)
    return arith::TruncFOp::create(builder, loc, type, value);
  // f16 and bf16 have the same width and different values.
  Value wide = convert(value, builder.getF32Type());
  return convert(wide, type);
}

template <typename Op>
Value ScalarBuilder::build(Value lhs, Value rhs) {
  Type type = getComputeType({lhs, rhs});
  return Op::create(builder, loc, convert(lhs, type), convert(rhs, type));
}

Value ScalarBuilder::add(Value lhs, Value rhs) {
  return build<arith::AddFOp>(lhs, rhs);
}

Value ScalarBuilder::sub(Value lhs, Value rhs) {
  return build<arith::SubFOp>(lhs, rhs);
}

Value ScalarBuilder::mul(Value lhs, Value rhs) {
  return build<arith::MulFOp>(lhs, rhs);
}

Value ScalarBuilder::div(Value lhs, Value rhs) {
  return build<arith::DivFOp>(lhs, rhs);
}

Value ScalarBuilder::sqrt(Value value) {
  return math::SqrtOp::create(builder, loc, value);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

ElementLoops::ElementLoops(OpBuilder &builder, Location loc, Value domain)
    : builder(builder), loc(loc), domain(domain),
      allDims(llvm::to_vector(llvm::seq<int64_t>(
          0, cast<RankedTensorType>(domain.getType()).getRank()))) {}

LoopOperand ElementLoops::all(Value tensor) const { return {tensor, allDims}; }

Value ElementLoops::createEmpty(ArrayRef<int64_t> dims, Type elementType) {
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim : dims)
    sizes.push_back(tensor::getMixedSize(builder, loc, domain, dim));
  return tensor::EmptyOp::create(builder, loc, sizes, elementType);
}

/// (d0, d1, …) -> (d_dims[0], d_dims[1], …)
static AffineMap getMap(int64_t numLoops, ArrayRef<int64_t> dims,
                        MLIRContext *context) {
  SmallVector<AffineExpr> exprs;
  for (int64_t dim : dims)
    exprs.push_back(getAffineDimExpr(dim, context));
  return AffineMap::get(numLoops, 0, exprs, context);
}

SmallVector<Value> ElementLoops::build(ArrayRef<LoopOperand> operands,
                                       ValueRange inits,
                                       ArrayRef<int64_t> resultDims,
                                       Body body) {
  const int64_t rank = allDims.size();
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::reduction);
  for (int64_t dim : resultDims)
    iterators[dim] = utils::IteratorType::parallel;
  SmallVector<Value> inputs;
  SmallVector<AffineMap> maps;
  for (const LoopOperand &operand : operands) {
    inputs.push_back(operand.tensor);
    maps.push_back(getMap(rank, operand.dims, builder.getContext()));
  }
  maps.append(inits.size(), getMap(rank, resultDims, builder.getContext()));
  auto generic = linalg::GenericOp::create(
      builder, loc, inits.getTypes(), inputs, inits, maps, iterators,
      [&](OpBuilder &inner, Location loc, ValueRange elements) {
        ScalarBuilder scalars(inner, loc);
        linalg::YieldOp::create(inner, loc, body(scalars, elements));
      });
  return generic.getResults();
}

Value ElementLoops::map(ArrayRef<LoopOperand> operands, Type elementType,
                        Body body) {
  auto rounded = [&](ScalarBuilder &scalars, ValueRange elements) {
    SmallVector<Value> values = body(scalars, elements);
    values.front() = scalars.convert(values.front(), elementType);
    return values;
  };
  return build(operands, createEmpty(allDims, elementType), allDims, rounded)
      .front();
}

SmallVector<Value> ElementLoops::sum(ArrayRef<LoopOperand> operands,
                                     ArrayRef<int64_t> keptDims, Type type,
                                     unsigned numSums, Body body) {
  Value zero = ScalarBuilder(builder, loc).constant(0, type);
  SmallVector<Value> inits;
  for (unsigned i = 0; i < numSums; ++i)
    inits.push_back(
        linalg::FillOp::create(builder, loc, zero, createEmpty(keptDims, type))
            .getResult(0));
  auto accumulate = [&](ScalarBuilder &scalars, ValueRange elements) {
    SmallVector<Value> values = body(scalars, elements);
    for (auto [value, sum] :
         llvm::zip_equal(values, elements.take_back(numSums)))
      value = scalars.add(sum, scalars.convert(value, type));
    return values;
  };
  return build(operands, inits, keptDims, accumulate);
}

Value ElementLoops::countSummed(ArrayRef<int64_t> keptDims, Type type) {
  int64_t known = 1;
  SmallVector<Value> unknown;
  for (int64_t dim : allDims) {
    if (llvm::is_contained(keptDims, dim))
      continue;
    OpFoldResult size = tensor::getMixedSize(builder, loc, domain, dim);
    if (std::optional<int64_t> constant = getConstantIntValue(size))
      known *= *constant;
    else
      unknown.push_back(cast<Value>(size));
  }
  if (unknown.empty() || known == 0)
    return ScalarBuilder(builder, loc)
        .constant(static_cast<double>(std::max<int64_t>(known, 1)), type);
  Value count = arith::ConstantIndexOp::create(builder, loc, known);
  for (Value size : unknown)
    count = arith::MulIOp::create(builder, loc, count, size);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  count = arith::MaxSIOp::create(builder, loc, count, one);
  count = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), count);
  return arith::SIToFPOp::create(builder, loc, type, count);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

Value convertElements(OpBuilder &builder, Location loc, Value tensor,
                      Type elementType) {
  if (getElementTypeOrSelf(tensor) == elementType)
    return tensor;
  ElementLoops loops(builder, loc, tensor);
  return loops.map(loops.all(tensor), elementType,
                   [](ScalarBuilder &, ValueRange elements) {
                     return SmallVector<Value>{elements.front()};
                   });
}

Value castTo(OpBuilder &builder, Location loc, Value tensor, Type type) {
  return tensor.getType() == type
             ? tensor
             : tensor::CastOp::create(builder, loc, type, tensor);
}

} // namespace bnopt
