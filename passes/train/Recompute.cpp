//===- Recompute.cpp - Memory against time --------------------------------===//
//
// A kept value may be computed again where it is read, by a chain of cheap
// operators that starts at values which are kept or always there. That frees
// its bytes, less those of values that have to be kept for the chain's sake.
// Greedily, the value with the best ratio of bytes to operations goes first.
//
//===----------------------------------------------------------------------===//

#include "passes/train/Recompute.h"

#include "passes/ElementwiseOps.h"
#include "passes/Passes.h"
#include "passes/train/SplitTraining.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <optional>

using namespace mlir;
using namespace bnopt;

static int64_t getBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() *
         llvm::divideCeil(type.getElementTypeBitWidth(), 8);
}

/// Whether `value` is one of few operations per element. The normalized data of
/// a training batch norm is, given its statistics.
static bool isCheap(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto training = dyn_cast_or_null<bn::TrainingOp>(op))
    return value == training.getResult();
  return op && isElementwise(op);
}

/// Operations per element, roughly.
static double getWeight(Operation *op) {
  if (isa<nn::SigmoidOp, nn::TanhOp, nn::ExpOp, nn::LogOp, nn::ErfOp,
          nn::SoftplusOp, nn::EluOp, nn::PowOp>(op))
    return 10;
  return isa<bn::TrainingOp, bn::NormalizeOp, bn::InferenceOp>(op) ? 3 : 1;
}

/// Whether the statistics of `op` are narrower than what it normalizes with.
static bool roundsStatistics(bn::TrainingOp op) {
  // A rest makes up for it.
  return !op.getMeanRest() &&
         getElementTypeOrSelf(op.getBatchMean()).getIntOrFloatBitWidth() <
             std::max(
                 32U,
                 getElementTypeOrSelf(op.getInput()).getIntOrFloatBitWidth());
}

/// What a value is computed again from.
static SmallVector<Value> getSources(Value value) {
  Operation *op = value.getDefiningOp();
  SmallVector<Value> sources(op->getOperands());
  if (auto training = dyn_cast<bn::TrainingOp>(op))
    sources.append({training.getBatchMean(), training.getBatchVariance()});
  return sources;
}

namespace {
/// How one value is computed again.
struct Chain {
  /// The values on the way, the last one included.
  SetVector<Value> values;
  /// What has to be kept in addition.
  SetVector<Value> sources;
  int64_t freed = 0;
  double cost = 0;
};

/// Chooses what is computed again.
class RecomputePlan {
public:
  RecomputePlan(func::FuncOp function, Operation *lastForward);

  int64_t getKeptBytes() const { return bytes; }
  /// Takes the best value out of what is kept; false if none frees anything.
  bool shrink();
  bool isRecomputed(Value value) const { return recomputed.contains(value); }
  /// Splits trainings that are computed again, but have rounded the statistics
  /// that they normalize with; these are kept.
  void splitNarrowTrainings(IRRewriter &rewriter);
  Operation *getLastForward() const { return lastForward; }

private:
  bool isForward(Value value) const;
  Chain findChain(Value value) const;

  Block &block;
  Operation *lastForward;
  SetVector<Value> kept;
  DenseSet<Value> recomputed;
  int64_t bytes = 0;
};
} // namespace

RecomputePlan::RecomputePlan(func::FuncOp function, Operation *lastForward)
    : block(function.getBody().front()), lastForward(lastForward) {
  const auto results = block.getTerminator()->getOperands();
  for (auto op = std::next(lastForward->getIterator()); op != block.end(); ++op)
    for (Value operand : op->getOperands())
      if (isForward(operand) && !llvm::is_contained(results, operand) &&
          kept.insert(operand))
        bytes += getBytes(operand);
}

/// Whether the forward part computes `value`, which takes memory.
bool RecomputePlan::isForward(Value value) const {
  Operation *op = value.getDefiningOp();
  return op && !isa<arith::ConstantOp>(op) &&
         (op == lastForward || op->isBeforeInBlock(lastForward));
}

Chain RecomputePlan::findChain(Value value) const {
  const auto results = block.getTerminator()->getOperands();
  Chain chain;
  chain.freed = getBytes(value);
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value current = worklist.pop_back_val();
    if (!chain.values.insert(current))
      continue;
    // What others compute again is there already.
    if (recomputed.contains(current))
      continue;
    chain.cost += getWeight(current.getDefiningOp()) *
                  static_cast<double>(getBytes(current));
    for (Value source : getSources(current)) {
      if (!isForward(source) || kept.contains(source) ||
          llvm::is_contained(results, source))
        continue;
      if (isCheap(source))
        worklist.push_back(source);
      else if (chain.sources.insert(source))
        chain.freed -= getBytes(source);
    }
  }
  return chain;
}

bool RecomputePlan::shrink() {
  std::optional<Chain> best;
  Value bestValue;
  for (Value value : kept) {
    if (!isCheap(value))
      continue;
    Chain chain = findChain(value);
    if (chain.freed <= 0)
      continue;
    const auto ratio = [](const Chain &chain) {
      return static_cast<double>(chain.freed) / chain.cost;
    };
    if (!best || ratio(chain) > ratio(*best)) {
      best = std::move(chain);
      bestValue = value;
    }
  }
  if (!best)
    return false;
  kept.remove(bestValue);
  kept.insert(best->sources.begin(), best->sources.end());
  recomputed.insert(best->values.begin(), best->values.end());
  bytes -= best->freed;
  return true;
}

void RecomputePlan::splitNarrowTrainings(IRRewriter &rewriter) {
  for (Operation &op : llvm::make_early_inc_range(llvm::make_range(
           block.begin(), std::next(lastForward->getIterator())))) {
    auto training = dyn_cast<bn::TrainingOp>(op);
    if (!training || !isRecomputed(training.getResult()) ||
        !roundsStatistics(training))
      continue;
    recomputed.erase(training.getResult());
    rewriter.setInsertionPoint(training);
    const bool isLast = lastForward == training;
    Operation *next = training->getNextNode();
    bn::NormalizeOp normalized = splitTraining(rewriter, training);
    recomputed.insert(normalized.getResult());
    bytes +=
        getBytes(normalized.getMean()) + getBytes(normalized.getVariance());
    if (isLast)
      lastForward = next->getPrevNode();
  }
}

namespace {
/// Builds the chains, each value once, before the first operator that reads it.
class Recomputer {
public:
  Recomputer(const RecomputePlan &plan, Operation *lastForward)
      : plan(plan), builder(lastForward) {}

  void rewrite(Operation &op) {
    builder.setInsertionPoint(&op);
    for (OpOperand &operand : op.getOpOperands())
      if (plan.isRecomputed(operand.get()))
        operand.set(get(operand.get()));
  }

  int64_t getCount() const { return static_cast<int64_t>(copies.size()); }

private:
  Value get(Value value);

  const RecomputePlan &plan;
  OpBuilder builder;
  DenseMap<Value, Value> copies;
};
} // namespace

Value Recomputer::get(Value last) {
  // Sources before what reads them, without recursion.
  SmallVector<Value> worklist = {last};
  while (!worklist.empty()) {
    Value value = worklist.back();
    if (copies.contains(value)) {
      worklist.pop_back();
      continue;
    }
    const size_t size = worklist.size();
    for (Value source : getSources(value))
      if (plan.isRecomputed(source) && !copies.contains(source))
        worklist.push_back(source);
    if (worklist.size() != size)
      continue;
    const auto lookup = [&](Value source) {
      return plan.isRecomputed(source) ? copies.lookup(source) : source;
    };
    Operation *op = value.getDefiningOp();
    if (auto training = dyn_cast<bn::TrainingOp>(op)) {
      copies[value] = bn::NormalizeOp::create(
          builder, op->getLoc(), value.getType(), lookup(training.getInput()),
          lookup(training.getScale()), lookup(training.getOffset()),
          training.getBatchMean(), training.getBatchVariance(),
          training.getMeanRest(), training.getEpsilonAttr(),
          training.getFeatureIndexAttr());
    } else {
      Operation *copy = builder.clone(*op);
      for (OpOperand &operand : copy->getOpOperands())
        operand.set(lookup(operand.get()));
      copies[value] = copy->getResult(0);
    }
  }
  return copies.lookup(last);
}

KeptActivations bnopt::recomputeActivations(func::FuncOp function,
                                            Operation *lastForward,
                                            int64_t budget) {
  RecomputePlan plan(function, lastForward);
  KeptActivations result;
  result.before = plan.getKeptBytes();
  while (plan.getKeptBytes() > budget && plan.shrink())
    continue;
  IRRewriter rewriter(function.getContext());
  plan.splitNarrowTrainings(rewriter);
  lastForward = plan.getLastForward();
  result.after = plan.getKeptBytes();
  Recomputer recomputer(plan, lastForward);
  SmallVector<Operation *> backward;
  Block &block = function.getBody().front();
  for (Operation &op : llvm::make_range(std::next(lastForward->getIterator()),
                                        block.getTerminator()->getIterator()))
    backward.push_back(&op);
  for (Operation *op : backward)
    recomputer.rewrite(*op);
  result.recomputed = recomputer.getCount();
  return result;
}
