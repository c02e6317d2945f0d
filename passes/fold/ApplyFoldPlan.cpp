//===- ApplyFoldPlan.cpp - Carrying out a plan ----------------------------===//
//
// Operators are built anew beside the old ones, upwards from the far end, so
// that operands exist before what reads them, downwards from the near end. The
// old ones go when nothing reads them.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/ApplyFoldPlan.h"

#include "passes/fold/ScaleAndShift.h"

#include "dialect/NN/NNOps.h"

using namespace mlir;

namespace bnopt {
namespace {

class PlanExecution {
public:
  PlanExecution(RewriterBase &rewriter, FoldPlan &plan, Location requestLoc)
      : rewriter(rewriter), plan(plan), requestLoc(requestLoc) {}

  void run(const FoldRequest &request, ArrayRef<Operation *> chain) {
    Value input = request.input;
    for (const FoldAction &action : llvm::reverse(plan.up))
      scaled[{action.user, action.value}] = rebuildAbove(action);
    if (!plan.up.empty())
      input = scaled.lookup({request.consumer, input});

    unscaled[request.result] = input;
    for (const FoldAction &action : plan.down)
      rebuildBelow(action);
    for (const FoldAction &action : llvm::reverse(plan.down))
      if (action.kind == FoldAction::Kind::MoveDown)
        rewriter.replaceOp(action.op, unscaled.lookup(action.op->getResult(0)));

    rewriter.replaceAllUsesWith(request.result, input);
    for (Operation *op : llvm::reverse(chain))
      rewriter.eraseOp(op);
    // Other users may share a constant.
    for (const FoldAction &action : plan.up)
      if (action.kind != FoldAction::Kind::ScaleConstant)
        rewriter.eraseOp(action.op);
  }

private:
  /// Builds what computes the scaled and shifted value of `action`.
  Value rebuildAbove(const FoldAction &action) {
    Operation *op = action.op;
    rewriter.setInsertionPoint(op);
    switch (action.kind) {
    case FoldAction::Kind::AbsorbBelow:
      return buildFolded(action, op->getOperands());
    case FoldAction::Kind::ScaleConstant:
      return std::move(action.folded->weights)
          .build(rewriter, op->getLoc(), "constant");
    case FoldAction::Kind::MergeBelow:
      return merge(action, /*input=*/op->getOperand(0), /*isBelow=*/true);
    default:
      break;
    }
    SmallVector<Value> operands(op->getOperands());
    for (unsigned operand : action.movedOperands)
      operands[operand] = scaled.lookup({op, operands[operand]});
    return cast<ScaleShiftOpInterface>(op).buildMovedUp(
        rewriter, *action.values, operands);
  }

  /// Builds what reads the value of `action` without its scale-shift.
  void rebuildBelow(const FoldAction &action) {
    Operation *op = action.op;
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands(op->getOperands());
    operands[action.operand] = unscaled.lookup(action.value);
    switch (action.kind) {
    case FoldAction::Kind::AbsorbAbove:
      rewriter.replaceOp(op, buildFolded(action, operands));
      return;
    case FoldAction::Kind::MergeAbove:
      rewriter.replaceOp(op, merge(action, operands.front(),
                                   /*isBelow=*/false));
      return;
    default:
      break;
    }
    unscaled[op->getResult(0)] = cast<ScaleShiftOpInterface>(op).buildMovedDown(
        rewriter, action.operand, *action.values, operands);
  }

  /// The operator with its folded constants, on `operands` otherwise.
  Value buildFolded(const FoldAction &action, ValueRange operands) {
    auto op = cast<ScaleShiftOpInterface>(action.op);
    const Location loc = op->getLoc();
    FoldedConstants &folded = *action.folded;
    Value weights = std::move(folded.weights).build(rewriter, loc, "weights");
    Value bias = folded.bias
                     ? std::move(*folded.bias).build(rewriter, loc, "bias")
                     : Value();
    Operation *clone = op.cloneWithWeights(rewriter, weights, bias);
    if (action.above)
      clone->setOperand(action.operand, operands[action.operand]);
    Value result = clone->getResult(0);
    if (!folded.addend)
      return result;
    Value addend = std::move(*folded.addend).build(rewriter, loc, "shift");
    return nn::AddOp::create(rewriter, loc, result.getType(), result, addend);
  }

  /// One scale-shift of `action.op` and the one below or above it.
  Value merge(const FoldAction &action, Value input, bool isBelow) {
    auto op = cast<bn::ScaleShiftOp>(action.op);
    const ScaleAndShift own = *readScaleAndShift(op);
    Location loc = rewriter.getFusedLoc({op.getLoc(), requestLoc});
    return createScaleShift(rewriter, loc, input,
                            isBelow ? compose(*action.values, own)
                                    : compose(own, *action.values));
  }

  RewriterBase &rewriter;
  FoldPlan &plan;
  /// Where the scale-shift comes from.
  Location requestLoc;
  /// The scaled and shifted form of a value, for one that reads it: constants
  /// may have several.
  DenseMap<std::pair<Operation *, Value>, Value> scaled;
  /// The form of a value before its scale-shift.
  DenseMap<Value, Value> unscaled;
};

} // namespace

void applyFoldPlan(RewriterBase &rewriter, FoldPlan plan,
                   const FoldRequest &request, ArrayRef<Operation *> chain) {
  PlanExecution(rewriter, plan, getFusedLoc(rewriter, chain))
      .run(request, chain);
}

} // namespace bnopt
