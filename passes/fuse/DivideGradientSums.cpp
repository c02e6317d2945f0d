//===- DivideGradientSums.cpp - Gradients of parameters in parts ----------===//
//
// The gradients of scale and offset are sums over the rows that the gradient of
// the input is computed from. For one sweep to do for both, each task of rows
// has sums of its own:
//
//   dx, dScale = gradient … {parts = P},  a P×… tensor of sums
//   dScale = Σ over the first dimension
//
// Parts follow from shapes alone, so results do not depend on threads.
//
//===----------------------------------------------------------------------===//

#include "passes/fuse/NormBuilder.h"
#include "passes/lower/TileModel.h"

#include <algorithm>

using namespace mlir;

namespace bnopt {
namespace {

/// Elements of input and output gradient that are read again before they leave
/// the second-level cache: half a megabyte.
constexpr int64_t elementsPerPart = 1 << 16;

/// The sums of a part are written and read once more: with so many rows, a few
/// per cent of what the rows take.
constexpr int64_t leastRowsPerPart = 32;

/// The numbers of a part's rows, some 100 bytes each, lie on the stack.
constexpr int64_t mostRowsPerPart = 512;

/// Enough for 16 threads, where rows are.
constexpr int64_t wantedParts = 16;

/// All of one size. Where no number of rows near the wanted one divides them,
/// parts are larger.
int64_t countParts(int64_t rows, int64_t rowSize) {
  const int64_t wanted =
      std::clamp(std::min(elementsPerPart / rowSize, rows / wantedParts),
                 leastRowsPerPart, mostRowsPerPart);
  int64_t perPart = getLargestDivisor(rows, std::min(rows, wanted));
  if (perPart * 4 < wanted)
    while (perPart < rows && (perPart < wanted || rows % perPart != 0))
      ++perPart;
  return rows / perPart;
}

int64_t countParts(Operation *op) {
  const auto shape =
      cast<RankedTensorType>(op->getOperand(0).getType()).getShape();
  // A sample's channels are summed by themselves.
  if (isa<bn::GroupNormGradientOp>(op))
    return shape[0];
  const auto axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  return countParts(ShapedType::getNumElements(shape.take_front(axis)),
                    ShapedType::getNumElements(shape.drop_front(axis)));
}

template <typename Op>
struct DivideGradientSums : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (op.getParts())
      return rewriter.notifyMatchFailure(op, "has parts");
    if (!hasNormKernel(op))
      return rewriter.notifyMatchFailure(op, "has no kernel");
    const int64_t parts = countParts(op);
    auto divided = cast<Op>(rewriter.clone(*op.getOperation()));
    divided.setParts(parts);
    for (OpResult result : divided->getResults().drop_front()) {
      auto type = cast<RankedTensorType>(result.getType());
      SmallVector<int64_t> shape = {parts};
      llvm::append_range(shape, type.getShape());
      result.setType(type.clone(shape));
    }
    NormBuilder builder(rewriter, op.getLoc());
    SmallVector<Value> results = {divided->getResult(0)};
    for (auto [sums, whole] : llvm::zip_equal(
             divided->getResults().drop_front(), op->getResults().drop_front()))
      results.push_back(
          parts == 1
              ? builder.reshape(sums, cast<RankedTensorType>(whole.getType()))
              : builder.getSum(sums, ArrayRef<int64_t>{0}));
    rewriter.replaceOp(op, results);
    return success();
  }
};

} // namespace

void populateDivideGradientSumsPatterns(RewritePatternSet &patterns) {
  patterns.add<DivideGradientSums<bn::LayerNormGradientOp>,
               DivideGradientSums<bn::RMSNormGradientOp>,
               DivideGradientSums<bn::GroupNormGradientOp>>(
      patterns.getContext());
}

} // namespace bnopt
