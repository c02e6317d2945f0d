//===- ExpandNorms.cpp - Norms as means and elementwise operators ---------===//
//
//   c = x − mean(x),  y = c/√(mean(c²) + ε)·scale + offset
//
// with means over the normalized dimensions, which the squares and whatever is
// elementwise around the norm are fused into. A group norm is computed on
// N×G×…, where a group is a row.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/fuse/NormBuilder.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_EXPANDNORMSPASS
#include "passes/Passes.h.inc"

namespace {

/// Layer and RMS norm.
template <typename Op>
struct ExpandTrailingNorm : OpRewritePattern<Op> {
  ExpandTrailingNorm(MLIRContext *context, bool keepKernels)
      : OpRewritePattern<Op>(context), keepKernels(keepKernels) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (keepKernels && hasNormKernel(op))
      return rewriter.notifyMatchFailure(op, "has a kernel");
    Value offset;
    if constexpr (std::is_same_v<Op, bn::LayerNormOp>)
      offset = op.getOffset();
    Value x = op.getInput();
    if (!hasTypeOf(op.getScale(), x) || !hasTypeOf(offset, x))
      return rewriter.notifyMatchFailure(op, "parameters of another type");
    if (llvm::is_contained(op.getType().getShape(), 0)) {
      rewriter.replaceOp(op, x);
      return success();
    }
    const auto axes = getAxesFrom(op.getAxis(), op.getType());
    const ArrayRef<int64_t> shape = op.getScale().getType().getShape();
    NormBuilder builder(rewriter, op.getLoc());
    if (std::is_same_v<Op, bn::LayerNormOp>)
      x = builder.center(x, axes);
    x = builder.apply<nn::DivOp>(x, builder.getRoot(x, axes, op.getEpsilon()));
    x = builder.applyParameter<nn::MulOp>(x, op.getScale(), shape, 1);
    x = builder.applyParameter<nn::AddOp>(x, offset, shape, 0);
    rewriter.replaceOp(op, x);
    return success();
  }

private:
  const bool keepKernels;
};

struct ExpandGroupNorm : OpRewritePattern<bn::GroupNormOp> {
  ExpandGroupNorm(MLIRContext *context, bool keepKernels)
      : OpRewritePattern(context), keepKernels(keepKernels) {}

  LogicalResult matchAndRewrite(bn::GroupNormOp op,
                                PatternRewriter &rewriter) const override {
    if (keepKernels && hasNormKernel(op))
      return rewriter.notifyMatchFailure(op, "has a kernel");
    Value x = op.getInput();
    if (!hasTypeOf(op.getScale(), x) || !hasTypeOf(op.getOffset(), x))
      return rewriter.notifyMatchFailure(op, "parameters of another type");
    const RankedTensorType type = op.getType();
    if (llvm::is_contained(type.getShape(), 0)) {
      rewriter.replaceOp(op, x);
      return success();
    }
    FailureOr<RankedTensorType> grouped = getGroupedType(type, op.getGroups());
    if (failed(grouped))
      return rewriter.notifyMatchFailure(op, "the size of a group is unknown");
    const auto axes = getAxesFrom(2, *grouped);
    const SmallVector<int64_t> shape = getChannelShape(type);
    NormBuilder builder(rewriter, op.getLoc());
    x = builder.center(builder.reshape(x, *grouped), axes);
    x = builder.apply<nn::DivOp>(x, builder.getRoot(x, axes, op.getEpsilon()));
    x = builder.reshape(x, type);
    x = builder.applyParameter<nn::MulOp>(x, op.getScale(), shape, 1);
    x = builder.applyParameter<nn::AddOp>(x, op.getOffset(), shape, 0);
    rewriter.replaceOp(op, x);
    return success();
  }

private:
  const bool keepKernels;
};

struct ExpandNormsPass : impl::ExpandNormsPassBase<ExpandNormsPass> {
  using ExpandNormsPassBase::ExpandNormsPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandTrailingNorm<bn::LayerNormOp>,
                 ExpandTrailingNorm<bn::RMSNormOp>, ExpandGroupNorm>(
        &getContext(), keepKernels);
    populateExpandNormGradientPatterns(patterns, keepKernels);
    if (keepKernels)
      populateDivideGradientSumsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
