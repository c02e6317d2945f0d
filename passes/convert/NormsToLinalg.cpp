//===- NormsToLinalg.cpp - Layer, RMS and group norm as loops -------------===//
//
//   f = 1/√(variance + epsilon)            one per set that is normalized
//   y = (x − mean)·f·scale + offset
//
// A group norm is one over the trailing dimensions of N×G×(C/G)×…, with scale
// and offset as G×(C/G).
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/convert/BNToLinalg.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace bnopt {
namespace {

/// A norm over all dimensions of `input` but the first `numKept`. An operand of
/// an offset without a tensor is left out.
struct NormParts {
  Value input;
  int64_t numKept;
  LoopOperand scale, offset;
  double epsilon;
  bool centered;
};

Value buildNorm(OpBuilder &builder, Location loc, const NormParts &norm,
                const ComputeTypes &types) {
  const auto kept = llvm::to_vector(llvm::seq<int64_t>(0, norm.numKept));
  auto [mean, variance] = buildStatistics(builder, loc, norm.input, kept,
                                          types.statistics, norm.centered);
  Value factor = buildFactor(builder, loc, variance, norm.epsilon, Value(),
                             types, types.element);

  ElementLoops loops(builder, loc, norm.input);
  SmallVector<LoopOperand> operands = {
      loops.all(norm.input), {factor, kept}, norm.scale};
  if (norm.offset.tensor)
    operands.push_back(norm.offset);
  if (norm.centered)
    operands.push_back({mean, kept});
  return loops.map(operands, getFloatElementType(norm.input),
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value y = elements[0];
                     if (norm.centered)
                       y = scalars.convert(
                           scalars.sub(y, elements[operands.size() - 1]),
                           types.element);
                     y = scalars.mul(scalars.mul(y, elements[1]), elements[2]);
                     if (norm.offset.tensor)
                       y = scalars.add(y, elements[3]);
                     return SmallVector<Value>{y};
                   });
}

/// `bn.layer_norm` and `bn.rms_norm`.
template <typename Op>
struct ConvertTrailingNorm : BNToLinalgPattern<Op> {
  using BNToLinalgPattern<Op>::BNToLinalgPattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    const int64_t axis = op.getAxis();
    const auto trailing = llvm::to_vector(
        llvm::seq<int64_t>(axis, op.getInput().getType().getRank()));
    NormParts norm{op.getInput(),
                   axis,
                   {op.getScale(), trailing},
                   {Value(), trailing},
                   op.getEpsilon().convertToDouble(),
                   false};
    if constexpr (std::is_same_v<Op, bn::LayerNormOp>) {
      norm.offset.tensor = op.getOffset();
      norm.centered = true;
    }
    Value result = buildNorm(rewriter, op.getLoc(), norm,
                             this->getTypes(op->getOperands()));
    rewriter.replaceOp(op, castTo(rewriter, op.getLoc(), result, op.getType()));
    return success();
  }
};

/// `tensor` with dimension `dim` as groups × members, which `regroup` undoes.
Value splitGroups(OpBuilder &builder, Location loc, Value tensor, int64_t dim,
                  int64_t groups, SmallVector<ReassociationIndices> &regroup) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, tensor);
  OpFoldResult members;
  if (std::optional<int64_t> size = getConstantIntValue(sizes[dim])) {
    members = builder.getIndexAttr(*size / groups);
  } else {
    Value divisor = arith::ConstantIndexOp::create(builder, loc, groups);
    Value channels = cast<Value>(sizes[dim]);
    members =
        arith::DivUIOp::create(builder, loc, channels, divisor).getResult();
  }
  sizes[dim] = builder.getIndexAttr(groups);
  sizes.insert(sizes.begin() + dim + 1, members);
  SmallVector<int64_t> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  regroup.clear();
  for (int64_t i = 0, next = 0; i < type.getRank(); ++i) {
    regroup.push_back({next++});
    if (i == dim)
      regroup.back().push_back(next++);
  }
  return tensor::ExpandShapeOp::create(
      builder, loc, RankedTensorType::get(shape, type.getElementType()), tensor,
      regroup, sizes);
}

struct ConvertGroupNorm : BNToLinalgPattern<bn::GroupNormOp> {
  using BNToLinalgPattern::BNToLinalgPattern;

  LogicalResult matchAndRewrite(bn::GroupNormOp op,
                                PatternRewriter &rewriter) const override {
    const Location loc = op.getLoc();
    const int64_t groups = op.getGroups();
    SmallVector<ReassociationIndices> regroup;
    auto split = [&](Value tensor, int64_t dim) {
      return splitGroups(rewriter, loc, tensor, dim, groups, regroup);
    };
    Value scale = split(op.getScale(), 0), offset = split(op.getOffset(), 0);
    Value input = split(op.getInput(), 1);
    Value result = buildNorm(rewriter, loc,
                             {input,
                              2,
                              {scale, {1, 2}},
                              {offset, {1, 2}},
                              op.getEpsilon().convertToDouble(),
                              true},
                             getTypes(op->getOperands()));
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(op, op.getType(),
                                                         result, regroup);
    return success();
  }
};

} // namespace

void populateNormsToLinalgPatterns(RewritePatternSet &patterns,
                                   unsigned statisticsBits) {
  patterns.add<ConvertTrailingNorm<bn::LayerNormOp>,
               ConvertTrailingNorm<bn::RMSNormOp>, ConvertGroupNorm>(
      patterns.getContext(), statisticsBits);
}

} // namespace bnopt
