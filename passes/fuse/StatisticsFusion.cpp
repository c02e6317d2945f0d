//===- StatisticsFusion.cpp - Statistics of what a kernel computes --------===//
//
//   statistics(x) = merge_statistics(partial_statistics(x))
//   gradient_statistics(x, dy) =
//       merge_gradient_statistics(partial_gradient_statistics(dy, x))
//
// Runs of pixels of a convolution's result are in the first-level cache when
// they have been computed. Statistics of a run take a few instructions per
// vector there, and two numbers per feature in memory, instead of a sweep.
//
//===----------------------------------------------------------------------===//

#include "passes/fuse/StatisticsFusion.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"
#include "passes/fuse/LoadFusion.h"
#include "passes/lower/KernelShape.h"
#include "passes/lower/TileModel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <optional>

using namespace mlir;

namespace bnopt {

/// Of a shorter run more would be written and read again than half of its
/// elements.
static constexpr int64_t shortestRun = 8;

/// Pixels of a result that weights are packed for, whatever they are.
static constexpr int64_t leastPixels = 16;

/// Whether strips of runs can be computed of an input that is loaded.
template <typename ConvOp>
static bool hasStrip(ConvOp conv, int64_t run) {
  StripProblem problem = getStripProblem(conv);
  problem.tilePixels = run;
  problem.exact = true;
  return chooseStrip(problem).has_value();
}

/// Whether `op` has weights of its own order, and no groups.
template <typename ConvOp>
static bool isPacked(ConvOp op) {
  RankedTensorType type = op.getType();
  auto weights = op.getWeights().template getDefiningOp<arith::ConstantOp>();
  return op.getGroups() == 1 &&
         type.getNumElements() >= leastPixels * type.getDimSize(1) &&
         !(weights && isa<SplatElementsAttr>(weights.getValue()));
}

/// The elements of the runs whose statistics the kernel of `op` can take.
static std::optional<int64_t> getRun(Operation *op) {
  if (!isa<nn::ConvOp, nn::ConvInputGradientOp>(op))
    return std::nullopt;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto input = cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type.hasStaticShape() || !input.hasStaticShape() ||
      !type.getElementType().isF32())
    return std::nullopt;
  const int64_t run = getRunOfRow(type.getShape().back());
  if (run < shortestRun)
    return std::nullopt;
  const auto canTakeRuns = [&](auto conv) {
    return isPacked(conv) && hasStrip(conv, run);
  };
  auto gradient = dyn_cast<nn::ConvInputGradientOp>(op);
  const bool canTake = gradient
                           ? hasNoStrides(gradient) && canTakeRuns(gradient)
                           : canTakeRuns(cast<nn::ConvOp>(op));
  return canTake ? std::optional(run) : std::nullopt;
}

bool canTakeStatistics(Value value, int64_t featureIndex) {
  if (featureIndex != 1)
    return false;
  // What may become one kernel with `value`.
  SmallVector<Operation *> worklist = {value.getDefiningOp()};
  bool isComputed = false;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!op)
      continue;
    if (getRun(op)) {
      isComputed = true;
      continue;
    }
    if (!isElementwise(op))
      return false;
    for (Value operand : op->getOperands())
      if (operand.hasOneUse() && operand.getType() == value.getType())
        worklist.push_back(operand.getDefiningOp());
  }
  return isComputed;
}

/// The operator of `group` that is not elementwise, if it has one.
static Operation *getAnchor(const KernelGroup &group) {
  const auto isAnchor = [](Operation *op) {
    return !isElementwise(op) && !isPartialStatistics(op);
  };
  const auto *anchor = llvm::find_if(group, isAnchor);
  return anchor != group.end() && llvm::count_if(group, isAnchor) == 1
             ? *anchor
             : nullptr;
}

/// What reads runs, and what merges them.
using Parts = std::pair<Operation *, Operation *>;

static Parts divide(bn::StatisticsOp op, int64_t run) {
  OpBuilder builder(op);
  auto partial = bn::PartialStatisticsOp::create(
      builder, op.getLoc(), op.getInput(), run, op.getFeatureIndex());
  auto merged = bn::MergeStatisticsOp::create(
      builder, op.getLoc(), op->getResultTypes(), partial.getFirst(),
      partial.getDistances(), partial.getSquares(), run, op.getFeatureIndex());
  return {partial, merged};
}

static Parts divide(bn::GradientStatisticsOp op, int64_t run) {
  OpBuilder builder(op);
  auto partial = bn::PartialGradientStatisticsOp::create(
      builder, op.getLoc(), op.getOutputGradient(), op.getInput(), op.getMean(),
      run, op.getFeatureIndex());
  auto merged = bn::MergeGradientStatisticsOp::create(
      builder, op.getLoc(), partial.getProducts(), partial.getGradients(),
      op.getVariance(), op.getMeanRest(), op.getEpsilonAttr(),
      op.getFeatureIndexAttr());
  return {partial, merged};
}

/// The operator of `group` that takes statistics of images; null where it has
/// another end.
static Operation *getStatistics(const KernelGroup &group) {
  Operation *op = group.empty() ? nullptr : group.back();
  if (auto statistics = dyn_cast_or_null<bn::StatisticsOp>(op))
    return group.size() == 1 && statistics.getFeatureIndex() == 1 ? op
                                                                  : nullptr;
  auto gradient = dyn_cast_or_null<bn::GradientStatisticsOp>(op);
  return gradient && gradient.getFeatureIndex() == 1 ? op : nullptr;
}

/// The value of which `group`, statistics and the elementwise operators that
/// these load, is computed: the one that another group gives, if there is one,
/// beside `input`.
static KernelGroup *
findProducer(const KernelGroup &group, Value input,
             const DenseMap<Value, KernelGroup *> &groupOfResult) {
  KernelGroup *producer = nullptr;
  for (Operation *op : group)
    for (Value operand : op->getOperands()) {
      KernelGroup *other = groupOfResult.lookup(operand);
      if (!other || other == &group || operand == input)
        continue;
      if (producer && producer != other)
        return nullptr;
      producer = other;
    }
  return producer;
}

/// Whether all that `group` reads, but for what `producer` computes, is there
/// before `producer` is run: what comes later may depend on it.
static bool canRunWith(const KernelGroup &group, const KernelGroup &producer) {
  Operation *end = producer.getLast();
  for (Operation *op : group)
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && !llvm::is_contained(group, def) &&
          !llvm::is_contained(producer, def) && !def->isBeforeInBlock(end))
        return false;
    }
  return true;
}

void fuseStatistics(MutableArrayRef<KernelGroup> groups) {
  DenseMap<Value, KernelGroup *> groupOfResult;
  for (KernelGroup &group : groups)
    if (Value result = group.back()->getResult(0);
        cast<RankedTensorType>(result.getType()).getRank() > 2)
      groupOfResult[result] = &group;
  for (KernelGroup &group : groups) {
    Operation *op = getStatistics(group);
    if (!op)
      continue;
    auto whole = dyn_cast<bn::StatisticsOp>(op);
    auto gradient = dyn_cast<bn::GradientStatisticsOp>(op);
    KernelGroup *producer = findProducer(
        group, gradient ? gradient.getInput() : Value(), groupOfResult);
    Operation *anchor = producer ? getAnchor(*producer) : nullptr;
    const std::optional<int64_t> run = anchor ? getRun(anchor) : std::nullopt;
    if (!run ||
        op->getOperand(0).getType() !=
            producer->getLast()->getResult(0).getType() ||
        !canRunWith(group, *producer))
      continue;
    auto [partial, merged] =
        whole ? divide(whole, *run) : divide(gradient, *run);
    op->replaceAllUsesWith(merged);
    op->erase();
    group.back() = partial;
    producer->append(group.begin(), group.end());
    producer->numStatistics += group.size();
    group.clear();
    group.push_back(merged);
  }
}

} // namespace bnopt
