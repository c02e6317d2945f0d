//===- NormalizeGemm.cpp - One form of matrix product ---------------------===//
//
// α·A·B + β·C with constant B and C is A·(α·B) + (β·C), and a C of shape [1],
// [1, N] or [] is a vector of N: one form to fold into and to generate code
// for. A C that varies along the rows is no bias of the features: it becomes an
// addition, which the product's kernel takes in all the same.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/ConstantData.h"
#include "passes/fold/FoldPatterns.h"

#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt {
namespace {

struct FoldAlpha : OpRewritePattern<nn::GemmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GemmOp op,
                                PatternRewriter &rewriter) const override {
    const double alpha = op.getAlpha().convertToDouble();
    if (alpha == 1)
      return rewriter.notifyMatchFailure(op, "alpha is 1");
    std::optional<ConstantData> weights = ConstantData::get(op.getB());
    if (!weights)
      return rewriter.notifyMatchFailure(op, "'b' is not a constant");
    ConstantBuffer scaled(weights->getType());
    if (!scaled.fill(0, weights->getNumElements(),
                     [&](int64_t i) { return alpha * (*weights)[i]; }))
      return rewriter.notifyMatchFailure(op, "alpha*B is not finite");
    Value value = std::move(scaled).build(rewriter, op.getLoc(), "weights");
    rewriter.modifyOpInPlace(op, [&] {
      op.getBMutable().assign(value);
      op.setAlpha(APFloat(1.0));
    });
    return success();
  }
};

struct NormalizeBias : OpRewritePattern<nn::GemmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GemmOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getBias())
      return rewriter.notifyMatchFailure(op, "no bias");
    const double beta = op.getBeta().convertToDouble();
    const int64_t numColumns = op.getType().getDimSize(1);
    std::optional<ConstantData> bias = ConstantData::get(op.getBias());
    if (!bias || ShapedType::isDynamic(numColumns))
      return rewriter.notifyMatchFailure(op, "the bias is not a constant");
    if (beta == 1 && bias->getType().getRank() == 1 &&
        bias->getNumElements() == numColumns)
      return rewriter.notifyMatchFailure(op, "the bias is normalized");
    const ArrayRef<int64_t> shape = bias->getType().getShape();
    // [M] aligned to the right would be [1, M]: only dimension 0 of a matrix
    // varies along the rows.
    if (shape.size() == 2 && shape[0] != 1)
      return rewriter.notifyMatchFailure(op, "the bias varies along the rows");

    const bool scalar = bias->getNumElements() == 1;
    ConstantBuffer normalized(
        RankedTensorType::get({numColumns}, bias->getType().getElementType()));
    if (!normalized.fill(0, numColumns, [&](int64_t i) {
          return beta * (*bias)[scalar ? 0 : i];
        }))
      return rewriter.notifyMatchFailure(op, "beta*C is not finite");
    Value value = std::move(normalized).build(rewriter, op.getLoc(), "bias");
    rewriter.modifyOpInPlace(op, [&] {
      op.getBiasMutable().assign(value);
      op.setBeta(APFloat(1.0));
    });
    return success();
  }
};

struct SplitRowBias : OpRewritePattern<nn::GemmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(nn::GemmOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<ConstantData> bias =
        op.getBias() ? ConstantData::get(op.getBias()) : std::nullopt;
    if (!bias)
      return rewriter.notifyMatchFailure(op, "the bias is not a constant");
    if (bias->getType().getRank() != 2 || bias->getType().getDimSize(0) == 1)
      return rewriter.notifyMatchFailure(op,
                                         "the bias is the same in all rows");
    const double beta = op.getBeta().convertToDouble();
    ConstantBuffer scaled(bias->getType());
    if (!scaled.fill(0, bias->getNumElements(),
                     [&](int64_t i) { return beta * (*bias)[i]; }))
      return rewriter.notifyMatchFailure(op, "beta*C is not finite");
    Value addend = std::move(scaled).build(rewriter, op.getLoc(), "bias");
    Value product = nn::GemmOp::create(
        rewriter, op.getLoc(), op.getType(), op.getA(), op.getB(),
        /*bias=*/Value(), op.getAlphaAttr(), rewriter.getF64FloatAttr(1.0),
        op.getTransAAttr(), op.getTransBAttr());
    rewriter.replaceOpWithNewOp<nn::AddOp>(op, op.getType(), product, addend);
    return success();
  }
};

} // namespace

void populateNormalizeGemmPatterns(RewritePatternSet &patterns) {
  patterns.add<FoldAlpha, NormalizeBias, SplitRowBias>(patterns.getContext());
}

} // namespace bnopt
