//===- CanonicalizeModel.cpp - What models spell out ----------------------===//

#include "passes/Passes.h"
#include "passes/fold/FoldPatterns.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_CANONICALIZEMODELPASS
#include "passes/Passes.h.inc"

namespace {

/// A reshape N×C×… → N×g×C/g×…, a transpose of dimensions 1 and 2, and the
/// reshape back: channels g-major become C/g-major.
struct RaiseChannelShuffle : OpRewritePattern<nn::ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ReshapeOp join,
                                PatternRewriter &rewriter) const override {
    auto swap = join.getInput().getDefiningOp<nn::TransposeOp>();
    if (!swap)
      return rewriter.notifyMatchFailure(join, "not below a transpose");
    auto split = swap.getInput().getDefiningOp<nn::ReshapeOp>();
    if (!split)
      return rewriter.notifyMatchFailure(join, "no reshape above");
    RankedTensorType type = join.getType();
    if (split.getInput().getType() != type || type.getRank() < 3 ||
        type.isDynamicDim(1))
      return rewriter.notifyMatchFailure(join, "the shape changes");
    if (!swapsDimensions1And2(swap.getPermutation()))
      return rewriter.notifyMatchFailure(join, "another permutation");
    if (!splitsChannelsOnly(type, split.getType()))
      return rewriter.notifyMatchFailure(join, "more than channels are split");
    rewriter.replaceOpWithNewOp<nn::ChannelShuffleOp>(
        join, type, split.getInput(),
        rewriter.getI64IntegerAttr(split.getType().getDimSize(1)));
    return success();
  }

private:
  static bool swapsDimensions1And2(ArrayRef<int64_t> permutation) {
    if (permutation.size() < 4)
      return false;
    SmallVector<int64_t> expected(permutation.size());
    std::iota(expected.begin(), expected.end(), 0);
    std::swap(expected[1], expected[2]);
    return permutation == ArrayRef(expected);
  }

  /// Whether `split` is `image` with the channels as two dimensions. Spatial
  /// dimensions may be merged with each other.
  static bool splitsChannelsOnly(RankedTensorType image,
                                 RankedTensorType split) {
    if (split.getDimSize(0) != image.getDimSize(0) || split.isDynamicDim(1) ||
        split.isDynamicDim(2) ||
        split.getDimSize(1) * split.getDimSize(2) != image.getDimSize(1))
      return false;
    ArrayRef<int64_t> before = image.getShape().drop_front(2);
    ArrayRef<int64_t> after = split.getShape().drop_front(3);
    if (before == after)
      return true;
    return !ShapedType::isDynamicShape(before) &&
           !ShapedType::isDynamicShape(after) &&
           ShapedType::getNumElements(before) ==
               ShapedType::getNumElements(after);
  }
};

struct MergeReshapes : OpRewritePattern<nn::ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto above = op.getInput().getDefiningOp<nn::ReshapeOp>();
    if (!above)
      return rewriter.notifyMatchFailure(op, "not below a reshape");
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(above.getInput()); });
    return success();
  }
};

/// Bounds that never bind: what is left of a clip with infinite limits.
struct DropUnboundedClip : OpRewritePattern<nn::ClipOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ClipOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getMin().convertToDouble() != -INFINITY ||
        op.getMax().convertToDouble() != INFINITY)
      return rewriter.notifyMatchFailure(op, "a bound is finite");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// A product of two matrices is a gemm, which can take a bias.
struct MatMulToGemm : OpRewritePattern<nn::MatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::MatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getLhs().getType().getRank() != 2 ||
        op.getRhs().getType().getRank() != 2)
      return rewriter.notifyMatchFailure(op, "not two matrices");
    auto one = rewriter.getF64FloatAttr(1.0);
    rewriter.replaceOpWithNewOp<nn::GemmOp>(
        op, op.getType(), op.getLhs(), op.getRhs(), /*bias=*/Value(), one, one,
        /*trans_a=*/UnitAttr(), /*trans_b=*/UnitAttr());
    return success();
  }
};

/// Zeros around the image are those that a convolution pads with.
struct MergePadIntoConv : OpRewritePattern<nn::ConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::ConvOp conv,
                                PatternRewriter &rewriter) const override {
    auto pad = conv.getInput().getDefiningOp<nn::PadOp>();
    if (!pad)
      return rewriter.notifyMatchFailure(conv, "not below a pad");
    if (pad.getMode() != nn::PadMode::Constant || !pad.getValue().isZero())
      return rewriter.notifyMatchFailure(conv, "margins are not zero");
    const ArrayRef<int64_t> margins = pad.getPads();
    const int64_t rank = pad.getType().getRank(), spatial = rank - 2;
    SmallVector<int64_t> pads = conv.getPadValues();
    for (int64_t side : {0, 1}) {
      const ArrayRef<int64_t> each = margins.slice(side * rank, rank);
      if (each[0] != 0 || each[1] != 0)
        return rewriter.notifyMatchFailure(conv, "margins of batch, channels");
      for (int64_t dim = 0; dim < spatial; ++dim)
        pads[side * spatial + dim] += each[dim + 2];
    }
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getInputMutable().assign(pad.getInput());
      conv.setPads(pads);
    });
    return success();
  }
};

struct CanonicalizeModelPass
    : impl::CanonicalizeModelPassBase<CanonicalizeModelPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaiseChannelShuffle>(&getContext(), /*benefit=*/2);
    patterns
        .add<DropUnboundedClip, MatMulToGemm, MergePadIntoConv, MergeReshapes>(
            &getContext());
    populateNormalizeGemmPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
