//===- ExpandNorms.cpp - Norms as means and elementwise operators ---------===//
//
// Layer, group and RMS norm have no kernels of their own:
//
//   c = x − mean(x),  y = c/√(mean(c²) + ε)·scale + offset
//
// with means over the normalized dimensions, which the squares and whatever is
// elementwise around the norm are fused into. A group norm is computed on
// N×G×…, where a group is a row.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_EXPANDNORMSPASS
#include "passes/Passes.h.inc"

namespace {

/// Builds the parts of one norm.
class NormBuilder {
public:
  NormBuilder(PatternRewriter &rewriter, Location loc)
      : rewriter(rewriter), loc(loc) {}

  Value center(Value x, ArrayRef<int64_t> axes) {
    return nn::SubOp::create(rewriter, loc, x, mean(x, axes));
  }

  /// x/√(mean(x²) + epsilon)
  Value divideByRoot(Value x, ArrayRef<int64_t> axes, const APFloat &epsilon) {
    Type elementType = cast<RankedTensorType>(x.getType()).getElementType();
    Value moment = mean(nn::MulOp::create(rewriter, loc, x, x), axes);
    Value constant = createConstant(rewriter, loc, "epsilon",
                                    RankedTensorType::get({}, elementType),
                                    epsilon.convertToDouble());
    Value sum = nn::AddOp::create(rewriter, loc, moment, constant);
    Value root = nn::SqrtOp::create(rewriter, loc, sum);
    return nn::DivOp::create(rewriter, loc, x, root);
  }

  /// `op(x, parameter)`, the parameter under `shape`; x where it changes
  /// nothing: it is constant and everywhere `neutral`.
  template <typename Op>
  Value apply(Value x, Value parameter, ArrayRef<int64_t> shape,
              double neutral) {
    if (!parameter)
      return x;
    auto type = RankedTensorType::get(
        shape, cast<RankedTensorType>(x.getType()).getElementType());
    if (auto data = ConstantData::get(parameter)) {
      const std::vector<double> values = data->toDoubles();
      if (llvm::all_of(values, [&](double v) { return v == neutral; }))
        return x;
      parameter = createConstant(rewriter, loc, "parameter", type, values);
    }
    return Op::create(rewriter, loc, x, reshape(parameter, type));
  }

  Value reshape(Value value, RankedTensorType type) {
    if (value.getType() == type)
      return value;
    return nn::ReshapeOp::create(rewriter, loc, type, value);
  }

private:
  Value mean(Value x, ArrayRef<int64_t> axes) {
    return nn::ReduceMeanOp::create(rewriter, loc, x,
                                    rewriter.getDenseI64ArrayAttr(axes),
                                    rewriter.getUnitAttr());
  }

  PatternRewriter &rewriter;
  Location loc;
};

/// Whether `parameter` can be an operand beside `data`: constants are rounded
/// to its type.
bool hasTypeOf(Value parameter, Value data) {
  return !parameter || ConstantData::get(parameter) ||
         getElementTypeOrSelf(parameter) == getElementTypeOrSelf(data);
}

/// Layer and RMS norm.
template <typename Op>
struct ExpandTrailingNorm : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Value offset;
    if constexpr (std::is_same_v<Op, bn::LayerNormOp>)
      offset = op.getOffset();
    Value x = op.getInput();
    if (!hasTypeOf(op.getScale(), x) || !hasTypeOf(offset, x))
      return rewriter.notifyMatchFailure(op, "parameters of another type");
    const int64_t axis = op.getAxis();
    const auto axes = llvm::to_vector(llvm::seq(axis, op.getType().getRank()));
    const ArrayRef<int64_t> shape = op.getScale().getType().getShape();
    NormBuilder builder(rewriter, op.getLoc());
    if (std::is_same_v<Op, bn::LayerNormOp>)
      x = builder.center(x, axes);
    x = builder.divideByRoot(x, axes, op.getEpsilon());
    x = builder.template apply<nn::MulOp>(x, op.getScale(), shape, 1);
    x = builder.template apply<nn::AddOp>(x, offset, shape, 0);
    rewriter.replaceOp(op, x);
    return success();
  }
};

struct ExpandGroupNorm : OpRewritePattern<bn::GroupNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(bn::GroupNormOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getInput();
    if (!hasTypeOf(op.getScale(), x) || !hasTypeOf(op.getOffset(), x))
      return rewriter.notifyMatchFailure(op, "parameters of another type");
    FailureOr<RankedTensorType> grouped = getGroupedType(op);
    if (failed(grouped))
      return rewriter.notifyMatchFailure(op, "the size of a group is unknown");
    const RankedTensorType type = op.getType();
    const auto axes =
        llvm::to_vector(llvm::seq<int64_t>(2, grouped->getRank()));
    NormBuilder builder(rewriter, op.getLoc());
    x = builder.reshape(x, *grouped);
    x = builder.center(x, axes);
    x = builder.divideByRoot(x, axes, op.getEpsilon());
    x = builder.reshape(x, type);
    SmallVector<int64_t> perChannel(type.getRank() - 1, 1);
    perChannel[0] = type.getDimSize(1);
    x = builder.apply<nn::MulOp>(x, op.getScale(), perChannel, 1);
    x = builder.apply<nn::AddOp>(x, op.getOffset(), perChannel, 0);
    rewriter.replaceOp(op, x);
    return success();
  }

private:
  /// The input with a group as a row; images of one channel a group, and not
  /// sequences of nothing, are that already.
  static FailureOr<RankedTensorType> getGroupedType(bn::GroupNormOp op) {
    const RankedTensorType type = op.getType();
    const int64_t groups = op.getGroups();
    if (groups == type.getDimSize(1) && type.getRank() > 2)
      return type;
    if (ShapedType::isDynamicShape(type.getShape().drop_front()))
      return failure();
    const int64_t elements =
        ShapedType::getNumElements(type.getShape().drop_front());
    return RankedTensorType::get(
        {type.getDimSize(0), groups, elements / groups}, type.getElementType());
  }
};

struct ExpandNormsPass : impl::ExpandNormsPassBase<ExpandNormsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandTrailingNorm<bn::LayerNormOp>,
                 ExpandTrailingNorm<bn::RMSNormOp>, ExpandGroupNorm>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
