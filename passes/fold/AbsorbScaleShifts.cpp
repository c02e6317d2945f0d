//===- AbsorbScaleShifts.cpp - Scale and shift into weights ---------------===//
//
// Scale-shifts, and arithmetic with constants per feature that is one, go
// wherever a plan takes them (FoldPlan). Scale-shifts in a row are one,
//
//   s = s₂·s₁,  t = s₂·t₁ + t₂,
//
// and go together, so that weights are rounded once. Arithmetic goes only where
// nothing of it is left: a multiplication costs no more than what it would
// become.
//
// A scale-shift for which there is no plan is looked at again when an operator
// changes that the answer depends on. Each plan removes a scale-shift and
// creates none but by merging two, so this ends.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"
#include "passes/fold/ApplyFoldPlan.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/DeadOperators.h"
#include "passes/fold/FeatureConstants.h"
#include "passes/fold/FoldPlan.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/RaiseNormalizations.h"
#include "passes/fold/ScaleAndShift.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_ABSORBSCALESHIFTSPASS
#include "passes/Passes.h.inc"

namespace {

/// What folding has done.
struct FoldCounts {
  int64_t folded = 0;
  int64_t merged = 0;
};

/// Folds the scale-shifts of one function.
class ScaleShiftFolder : RewriterBase::Listener {
public:
  ScaleShiftFolder(func::FuncOp function, const FoldLimits &limits)
      : rewriter(function.getContext(), this), limits(limits) {
    function.walk([&](Operation *op) { enqueueNew(op); });
  }

  FoldCounts run() {
    while (next < worklist.size()) {
      Operation *op = worklist[next++];
      queued.erase(op);
      if (!candidates.contains(op))
        continue;
      if (auto affine = readFeatureAffine(op))
        process(op, *affine);
    }
    return counts;
  }

  /// Why `op` stays.
  FoldObstacle getObstacle(Operation *op) const {
    if (isAskedToStay(op))
      return {ObstacleKind::AskedToKeep, "asked to keep"};
    auto found = obstacles.find(op);
    if (found != obstacles.end())
      return found->second;
    return {ObstacleKind::NonConstantParameter,
            "'scale' or 'shift' is not a constant"};
  }

private:
  //===--------------------------------------------------------------------===//
  // What to look at
  //===--------------------------------------------------------------------===//

  void enqueue(Operation *op) {
    if (candidates.contains(op) && queued.insert(op).second)
      worklist.push_back(op);
  }

  /// An operator may not have its final operands yet, so what it is shows when
  /// its turn comes.
  void enqueueNew(Operation *op) {
    if (!mayBeFeatureAffine(op))
      return;
    candidates.insert(op);
    enqueue(op);
  }

  void enqueueDependents(Operation *op) {
    auto found = dependents.find(op);
    if (found == dependents.end())
      return;
    for (Operation *dependent : found->second)
      enqueue(dependent);
    dependents.erase(found);
  }

  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    enqueueNew(op);
  }

  void notifyOperationErased(Operation *op) override {
    candidates.erase(op);
    enqueueDependents(op);
    // What computes the operands has one use less.
    for (Value operand : op->getOperands())
      if (Operation *above = operand.getDefiningOp())
        enqueueDependents(above);
  }

  //===--------------------------------------------------------------------===//
  // What to do
  //===--------------------------------------------------------------------===//

  void process(Operation *op, const FeatureAffine &first) {
    if (isIdentity(first.values)) {
      remarkFolded(op, {op, {}}, "s = 1, t = 0");
      rewriter.replaceOp(op, first.input);
      ++counts.folded;
      return;
    }
    SmallVector<Operation *> chain = {op};
    ScaleAndShift values = first.values;
    extendChain(chain, values);
    FoldSearch search;
    if (chain.size() > 1 && fold(chain, first.input, values, search))
      return;
    if (fold(op, first.input, first.values, search))
      return;
    if (mergeWithUser(chain, first.input))
      return;
    obstacles[op] = search.obstacle;
    for (Operation *visited : search.visited)
      dependents[visited].push_back(op);
    // A chain also depends on what it may come to consist of.
    for (Operation *user : chain.back()->getUsers())
      dependents[user].push_back(op);
  }

  /// Adds the affine maps that follow, each the only user of the one before.
  void extendChain(SmallVector<Operation *> &chain, ScaleAndShift &values) {
    while (chain.back()->hasOneUse()) {
      Operation *user = *chain.back()->user_begin();
      const std::optional<FeatureAffine> next = readFeatureAffine(user);
      if (!next || next->input != chain.back()->getResult(0) ||
          next->values.featureIndex != values.featureIndex)
        return;
      values = compose(next->values, values);
      chain.push_back(user);
    }
  }

  bool fold(ArrayRef<Operation *> chain, Value input,
            const ScaleAndShift &values, FoldSearch &search) {
    FoldRequest request{input, chain.back()->getResult(0), chain.front(),
                        values};
    if (!llvm::any_of(chain, llvm::IsaPred<bn::ScaleShiftOp>))
      request.maxCost = FoldCost::OtherOperator;
    auto plan = findFoldPlan(request, limits, search);
    if (!plan)
      return false;
    FoldEnd end = plan->getEnd();
    if (!end.op)
      end.op = chain.back();
    for (Operation *op : chain)
      remarkFolded(op, end, plan->describe());
    applyFoldPlan(rewriter, std::move(*plan), request, chain);
    counts.folded += static_cast<int64_t>(chain.size());
    return true;
  }

  /// One scale-shift in the place of two.
  bool mergeWithUser(ArrayRef<Operation *> chain, Value input) {
    if (chain.size() < 2 || !isa<bn::ScaleShiftOp>(chain[0]) ||
        !isa<bn::ScaleShiftOp>(chain[1]))
      return false;
    const ScaleAndShift merged = compose(readFeatureAffine(chain[1])->values,
                                         readFeatureAffine(chain[0])->values);
    if (!isFiniteIn(merged, getComputeType(getElementTypeOrSelf(input))))
      return false;
    remarkFolded(chain[1], {chain[0], getNodeNames(chain[0]->getLoc())},
                 "s = s2*s1, t = s2*t1 + t2");
    rewriter.setInsertionPoint(chain[1]);
    auto result = createScaleShift(
        rewriter, getFusedLoc(rewriter, chain.take_front(2)), input, merged);
    rewriter.replaceOp(chain[1], result);
    rewriter.eraseOp(chain[0]);
    ++counts.merged;
    return true;
  }

  IRRewriter rewriter;
  const FoldLimits &limits;
  FoldCounts counts;
  /// Operators that may be affine maps, and are still there.
  DenseSet<Operation *> candidates;
  SmallVector<Operation *> worklist;
  size_t next = 0;
  DenseSet<Operation *> queued;
  /// For each operator the maps whose plans failed after looking at it.
  DenseMap<Operation *, SmallVector<Operation *>> dependents;
  DenseMap<Operation *, FoldObstacle> obstacles;
};

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Rounds the f64 parameters of a scale-shift that stays to the type in which
/// it will be computed; fails where one is not finite there.
LogicalResult narrowParameters(bn::ScaleShiftOp op) {
  Type elementType = getComputeType(op.getInput().getType().getElementType());
  std::optional<ScaleAndShift> values = readScaleAndShift(op);
  std::string problem;
  if (values && !isFiniteIn(*values, elementType, &problem))
    return op.emitOpError(problem);
  OpBuilder builder(op);
  for (OpOperand *operand : {&op.getScaleMutable(), &op.getShiftMutable()}) {
    std::optional<ConstantData> data = ConstantData::get(operand->get());
    if (!data || data->getType().getElementType() == elementType ||
        !data->getType().getElementType().isF64())
      continue;
    ConstantBuffer rounded(data->getType().clone(elementType));
    rounded.fill(0, data->getNumElements(),
                 [&](int64_t index) { return (*data)[index]; });
    Operation *old = operand->get().getDefiningOp();
    operand->set(std::move(rounded).build(
        builder, op.getLoc(),
        operand == &op.getScaleMutable() ? "scale" : "shift"));
    if (old->use_empty())
      old->erase();
  }
  return success();
}

struct AbsorbScaleShiftsPass
    : impl::AbsorbScaleShiftsPassBase<AbsorbScaleShiftsPass> {
  using AbsorbScaleShiftsPassBase::AbsorbScaleShiftsPassBase;

  void runOnOperation() override {
    const FoldLimits limits = {tolerance, borderMapLimit};
    std::optional<ScaleShiftFolder> folder;
    int64_t numRaised = 0;
    do {
      folder.emplace(getOperation(), limits);
      const FoldCounts counts = folder->run();
      numFolded += counts.folded;
      numMerged += counts.merged;
      numRaised = counts.folded ? raiseChains() : 0;
    } while (numRaised);

    if (settle && failed(settleKept(*folder)))
      return signalPassFailure();
    // Old weights go, and equal constants become one, at the start of the
    // function: nothing is left for a second run to do.
    if (failed(applyPatternsGreedily(getOperation(),
                                     RewritePatternSet(&getContext()))))
      signalPassFailure();
  }

private:
  LogicalResult settleKept(ScaleShiftFolder &folder) {
    WalkResult walked = getOperation()->walk([&](bn::ScaleShiftOp op) {
      // Of parameters that may be refreshed `bn-fold-parameters` has said why.
      if (!getRecipe(op.getScale()) || isAskedToStay(op))
        remarkKept(op, folder.getObstacle(op));
      if (failed(narrowParameters(op)))
        return WalkResult::interrupt();
      ++numKept;
      return WalkResult::advance();
    });
    return failure(walked.wasInterrupted());
  }

  /// Scalars that a plan has made one per feature may have become what
  /// `bn-raise-normalizations` knows as a scale-shift.
  int64_t raiseChains() {
    ConstantExpressions constants(getOperation());
    const int64_t numRaised = raiseAffineChains(getOperation(), constants);
    if (numRaised) {
      constants.materialize();
      eraseDeadUnder(getOperation());
    }
    return numRaised;
  }
};

} // namespace
} // namespace bnopt
