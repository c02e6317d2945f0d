//===- ExpandNormGradients.cpp - Gradients of norms as means --------------===//
//
// With c and root = √(mean(c²) + ε) as the norm has them, g = scale·dy:
//
//   x̂ = c/root,  dx = (g − mean(g) − x̂·mean(g·x̂))/root
//   dScale = Σ dy·x̂,  dOffset = Σ dy
//
// RMS norm, which does not center, does not subtract mean(g).
//
//===----------------------------------------------------------------------===//

#include "passes/fuse/NormBuilder.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;

namespace bnopt {
namespace {

/// A norm of `x` over `axes` and the gradient of its result before scale and
/// offset.
struct Rows {
  Value x;
  SmallVector<int64_t> axes;
  const APFloat &epsilon;
  bool centered = true;
};

/// x̂ and root of `rows`.
std::pair<Value, Value> buildNormalized(NormBuilder &builder,
                                        const Rows &rows) {
  Value c = rows.centered ? builder.center(rows.x, rows.axes) : rows.x;
  Value root = builder.getRoot(c, rows.axes, rows.epsilon);
  return {builder.apply<nn::DivOp>(c, root), root};
}

/// (g − mean(g) − x̂·mean(g·x̂))/root
Value buildInputGradient(NormBuilder &builder, const Rows &rows,
                         Value normalized, Value root, Value gradient) {
  Value product = builder.getMean(
      builder.apply<nn::MulOp>(gradient, normalized), rows.axes);
  Value along = builder.apply<nn::MulOp>(normalized, product);
  Value dx = gradient;
  if (rows.centered)
    dx = builder.apply<nn::SubOp>(dx, builder.getMean(gradient, rows.axes));
  dx = builder.apply<nn::SubOp>(dx, along);
  return builder.apply<nn::DivOp>(dx, root);
}

template <typename Op>
bool hasOneType(Op op) {
  return llvm::all_equal({getElementTypeOrSelf(op.getInput()),
                          getElementTypeOrSelf(op.getScale()),
                          getElementTypeOrSelf(op.getOutputGradient())});
}

/// Sums over nothing are zero; there is nothing to move.
template <typename Op>
bool replaceEmpty(Op op, PatternRewriter &rewriter) {
  if (!llvm::is_contained(op.getInput().getType().getShape(), 0) ||
      !op.getScale().getType().hasStaticShape())
    return false;
  NormBuilder builder(rewriter, op.getLoc());
  SmallVector<Value> results = {op.getOutputGradient()};
  while (results.size() < op->getNumResults())
    results.push_back(builder.getZeros(op.getScale().getType()));
  rewriter.replaceOp(op, results);
  return true;
}

/// Of layer and RMS norm.
template <typename Op>
struct ExpandTrailingGradient : OpRewritePattern<Op> {
  ExpandTrailingGradient(MLIRContext *context, bool keepKernels)
      : OpRewritePattern<Op>(context), keepKernels(keepKernels) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op.getParts() || (keepKernels && hasNormKernel(op)))
      return rewriter.notifyMatchFailure(op, "has a kernel");
    constexpr bool isLayer = std::is_same_v<Op, bn::LayerNormGradientOp>;
    if (!hasOneType(op))
      return rewriter.notifyMatchFailure(op, "operands of several types");
    if (replaceEmpty(op, rewriter))
      return success();
    const RankedTensorType type = op.getInput().getType();
    const auto axis = static_cast<int64_t>(op.getAxis());
    const Rows rows = {op.getInput(), getAxesFrom(axis, type), op.getEpsilon(),
                       isLayer};
    NormBuilder builder(rewriter, op.getLoc());
    auto [normalized, root] = buildNormalized(builder, rows);
    Value dy = op.getOutputGradient();
    Value gradient = builder.applyParameter<nn::MulOp>(
        dy, op.getScale(), op.getScale().getType().getShape(), 1);
    SmallVector<Value> results = {
        buildInputGradient(builder, rows, normalized, root, gradient)};
    const auto outer = llvm::to_vector(llvm::seq<int64_t>(axis));
    results.push_back(
        builder.getSum(builder.apply<nn::MulOp>(dy, normalized), outer));
    if (isLayer)
      results.push_back(builder.getSum(dy, outer));
    rewriter.replaceOp(op, results);
    return success();
  }

private:
  const bool keepKernels;
};

struct ExpandGroupGradient : OpRewritePattern<bn::GroupNormGradientOp> {
  ExpandGroupGradient(MLIRContext *context, bool keepKernels)
      : OpRewritePattern(context), keepKernels(keepKernels) {}

  LogicalResult matchAndRewrite(bn::GroupNormGradientOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getParts() || (keepKernels && hasNormKernel(op)))
      return rewriter.notifyMatchFailure(op, "has a kernel");
    if (!hasOneType(op))
      return rewriter.notifyMatchFailure(op, "operands of several types");
    if (replaceEmpty(op, rewriter))
      return success();
    const RankedTensorType type = op.getInput().getType();
    FailureOr<RankedTensorType> grouped = getGroupedType(type, op.getGroups());
    if (failed(grouped))
      return rewriter.notifyMatchFailure(op, "the size of a group is unknown");
    NormBuilder builder(rewriter, op.getLoc());
    const Rows rows = {builder.reshape(op.getInput(), *grouped),
                       getAxesFrom(2, *grouped), op.getEpsilon()};
    auto [normalized, root] = buildNormalized(builder, rows);
    Value dy = op.getOutputGradient();
    Value gradient = builder.applyParameter<nn::MulOp>(
        dy, op.getScale(), getChannelShape(type), 1);
    Value dx = buildInputGradient(builder, rows, normalized, root,
                                  builder.reshape(gradient, *grouped));
    Value products =
        builder.apply<nn::MulOp>(dy, builder.reshape(normalized, type));
    SmallVector<int64_t> perChannel = {0};
    llvm::append_range(perChannel, getAxesFrom(2, type));
    rewriter.replaceOp(op, {builder.reshape(dx, type),
                            builder.getSum(products, perChannel),
                            builder.getSum(dy, perChannel)});
    return success();
  }

private:
  const bool keepKernels;
};

} // namespace

void populateExpandNormGradientPatterns(RewritePatternSet &patterns,
                                        bool keepKernels) {
  patterns
      .add<ExpandTrailingGradient<bn::LayerNormGradientOp>,
           ExpandTrailingGradient<bn::RMSNormGradientOp>, ExpandGroupGradient>(
          patterns.getContext(), keepKernels);
}

} // namespace bnopt
