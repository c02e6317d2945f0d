//===- MergeBranches.cpp - Sums of convolutions as one convolution --------===//
//
// What RepVGG (arXiv 2101.03697), ACNet, DBB and MobileOne train as parallel
// branches with a normalization each, and their authors merge in model code,
// is found in the graph: additions are read as a sum of many addends, and those
// that are convolutions of one input become one (Branches.cpp). Scale-shifts
// are merged straight into the sum, so that weights are rounded once.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"
#include "passes/fold/Branches.h"
#include "passes/fold/DeadOperators.h"
#include "passes/fold/FoldRemarks.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_MERGEBRANCHESPASS
#include "passes/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// Whether `op` adds without broadcasting.
bool addsEqualShapes(Operation *op) {
  auto add = dyn_cast<nn::AddOp>(op);
  return add && add.getLhs().getType() == add.getType() &&
         add.getRhs().getType() == add.getType();
}

/// Whether `op` is an addition that another one takes in.
bool isInnerAddition(Operation *op) {
  return op && addsEqualShapes(op) && op->hasOneUse() &&
         addsEqualShapes(*op->user_begin());
}

/// What `root` and the additions above it add up, from left to right.
SmallVector<Value> getAddends(nn::AddOp root) {
  SmallVector<Value> addends, pending = {root.getRhs(), root.getLhs()};
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!isInnerAddition(op)) {
      addends.push_back(value);
      continue;
    }
    pending.push_back(op->getOperand(1));
    pending.push_back(op->getOperand(0));
  }
  return addends;
}

/// The location of all that `branches` consist of.
Location getLocation(ArrayRef<const Branch *> branches) {
  SmallVector<Location> locations;
  for (const Branch *branch : branches) {
    if (branch->linear)
      locations.push_back(branch->linear->getLoc());
    if (Operation *scaleShift = branch->scaleShift)
      locations.push_back(scaleShift->getLoc());
  }
  return FusedLoc::get(branches.front()->addend.getContext(), locations);
}

/// The nodes of the convolutions and pools among `branches`.
SmallVector<std::string> getLinearNodes(ArrayRef<const Branch *> branches) {
  SmallVector<std::string> nodes;
  for (const Branch *branch : branches)
    if (branch->linear)
      llvm::append_range(nodes, getNodeNames(branch->linear->getLoc()));
  return nodes;
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

/// One sum, in which sets of addends become convolutions.
class SumOfBranches {
public:
  SumOfBranches(nn::AddOp root, double tolerance)
      : root(root), tolerance(tolerance), builder(root),
        addends(getAddends(root)) {
    for (Value addend : addends)
      branches.push_back(readBranch(addend));
  }

  /// Returns the number of branches that have gone into another one.
  int64_t merge() {
    llvm::MapVector<Value, SmallVector<const Branch *>> byInput;
    for (const std::optional<Branch> &branch : branches)
      if (branch)
        byInput[branch->input].push_back(&*branch);
    for (auto &[input, parallel] : byInput)
      mergeParallel(parallel);
    if (numMerged != 0)
      replaceRoot();
    return numMerged;
  }

private:
  /// Merges branches of one input, those with the largest window first: the
  /// smaller ones then fit into it.
  void mergeParallel(SmallVector<const Branch *> parallel) {
    llvm::sort(parallel, [](const Branch *lhs, const Branch *rhs) {
      const auto rank = [](const Branch *branch) {
        return std::pair(!branch->isConvolution(),
                         -branch->countMultiplications());
      };
      // Among equals the order of the sum, which is that of `branches`.
      return std::pair(rank(lhs), lhs) < std::pair(rank(rhs), rhs);
    });
    while (parallel.size() > 1 && parallel.front()->isConvolution()) {
      SmallVector<const Branch *> together, rest;
      for (const Branch *branch : parallel) {
        std::string reason;
        together.push_back(branch);
        if (succeeded(getMergedShape(together, reason)))
          continue;
        together.pop_back();
        rest.push_back(branch);
        if (branch->scaleShift)
          remarkKept(branch->scaleShift,
                     {ObstacleKind::BranchMismatch, reason});
      }
      if (together.size() > 1)
        replaceByOne(together);
      parallel = std::move(rest);
    }
  }

  void replaceByOne(ArrayRef<const Branch *> together) {
    std::string reason;
    FailureOr<MergedShape> shape = getMergedShape(together, reason);
    assert(succeeded(shape) && "asked before");
    FailureOr<MergedBranches> merged = buildMerged(
        builder, getLocation(together), together, *shape, tolerance, reason);
    for (const Branch *branch : together) {
      if (!branch->scaleShift)
        continue;
      if (failed(merged))
        remarkKept(branch->scaleShift, {ObstacleKind::Numeric, reason});
      else
        remarkFolded(branch->scaleShift,
                     {merged->conv, getLinearNodes(together), merged->bound},
                     "W = sum of s*W, b = sum of s*b + t, over branches");
    }
    if (failed(merged))
      return;
    // The first takes the place of all.
    for (auto [addend, branch] : llvm::zip_equal(addends, branches))
      if (branch && &*branch == together.front())
        addend = merged->conv.getResult();
      else if (branch && llvm::is_contained(together, &*branch))
        addend = Value();
    numMerged += static_cast<int64_t>(together.size()) - 1;
  }

  /// Adds up what the addends have become.
  void replaceRoot() {
    Value sum;
    for (Value addend : addends) {
      if (!addend)
        continue;
      sum = sum ? nn::AddOp::create(builder, root.getLoc(), root.getType(), sum,
                                    addend)
                      .getResult()
                : addend;
    }
    root.replaceAllUsesWith(sum);
    eraseIfDead(root);
  }

  nn::AddOp root;
  const double tolerance;
  OpBuilder builder;
  SmallVector<Value> addends;
  std::vector<std::optional<Branch>> branches;
  int64_t numMerged = 0;
};

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

struct MergeBranchesPass : impl::MergeBranchesPassBase<MergeBranchesPass> {
  using MergeBranchesPassBase::MergeBranchesPassBase;

  void runOnOperation() override {
    // A sum is gone before the next one is looked at, and none contains the
    // root of another: they are looked at in the order of the function.
    SmallVector<nn::AddOp> roots;
    getOperation()->walk([&](nn::AddOp add) {
      if (addsEqualShapes(add) && !isInnerAddition(add))
        roots.push_back(add);
    });
    for (nn::AddOp root : roots)
      numMerged += SumOfBranches(root, tolerance).merge();
  }
};

} // namespace
} // namespace bnopt
