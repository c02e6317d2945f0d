//===- CompleteMeans.cpp - What rounding takes from means -----------------===//
//
// A mean of thousands of deviations, rounded to f32, is off by a part of the
// deviation that counts. Who makes it can return that part as well:
//
//   x − mean = (x − rounded) − rest
//
// This looks at the finished operators, whatever made them: a training that was
// split, statistics that are shared, what is computed again.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_COMPLETEMEANSPASS
#include "passes/Passes.h.inc"

namespace {

/// `op` with one result more, the rest of `mean`, which is returned.
template <typename Op>
Value addMeanRest(IRRewriter &rewriter, Op op, Value mean) {
  if (op.getMeanRest())
    return op.getMeanRest();
  SmallVector<Type> types(op->getResultTypes());
  types.push_back(mean.getType());
  rewriter.setInsertionPoint(op);
  auto complete = Op::create(rewriter, op.getLoc(), types, op->getOperands(),
                             op.getProperties(),
                             op->getDiscardableAttrDictionary().getValue());
  rewriter.replaceOp(op, complete->getResults().drop_back());
  return complete.getMeanRest();
}

/// Means and their rests.
class MeanRests {
public:
  explicit MeanRests(MLIRContext *context) : rewriter(context) {}

  /// What rounding has taken from `mean`; null if nobody knows.
  Value get(Value mean) {
    // An f64 mean is as it was computed, narrower ones have no rest.
    if (!getElementTypeOrSelf(mean).isF32())
      return {};
    auto concat = mean.getDefiningOp<nn::ConcatOp>();
    return concat ? concatenate(concat) : getOfBatch(mean);
  }

private:
  Value getOfBatch(Value mean);
  Value concatenate(nn::ConcatOp means);

  IRRewriter rewriter;
  DenseMap<Operation *, Value> concatenated;
};

Value MeanRests::getOfBatch(Value mean) {
  Operation *op = mean.getDefiningOp();
  if (!op)
    return {};
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](bn::TrainingOp op) {
        return mean == op.getBatchMean() ? addMeanRest(rewriter, op, mean)
                                         : Value();
      })
      .Case([&](bn::StatisticsOp op) {
        return mean == op.getMean() ? addMeanRest(rewriter, op, mean) : Value();
      })
      .Default(Value());
}

Value MeanRests::concatenate(nn::ConcatOp means) {
  if (Value known = concatenated.lookup(means))
    return known;
  SmallVector<Value> rests;
  // Who makes a mean is replaced, and with that the inputs that are left.
  for (size_t i = 0; i < means.getInputs().size(); ++i) {
    rests.push_back(getOfBatch(means.getInputs()[i]));
    if (!rests.back())
      return {};
  }
  rewriter.setInsertionPoint(means);
  return concatenated[means] =
             nn::ConcatOp::create(rewriter, means.getLoc(), means.getType(),
                                  rests, means.getAxisAttr());
}

struct CompleteMeansPass : impl::CompleteMeansPassBase<CompleteMeansPass> {
  void runOnOperation() override {
    MeanRests rests(&getContext());
    getOperation().walk([&](Operation *reader) {
      llvm::TypeSwitch<Operation *>(reader)
          .Case<bn::NormalizeOp, bn::GradientStatisticsOp, bn::GradientInputOp>(
              [&](auto op) { complete(op, rests); });
    });
  }

private:
  template <typename Op>
  void complete(Op op, MeanRests &rests) {
    if (op.getMeanRest())
      return;
    if (Value rest = rests.get(op.getMean())) {
      op.getMeanRestMutable().assign(rest);
      ++numCompleted;
    }
  }
};

} // namespace
} // namespace bnopt
