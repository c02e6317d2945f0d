//===- ShareStatistics.cpp - Statistics belong to the feature -------------===//
//
//   statistics(concat(a, b)) = concat(statistics(a), statistics(b))
//
// No sum runs over features, so this is exact, but for the order of additions.
// Statistics of a part stand right behind what makes it, while it is in cache,
// and where a kernel may take them on the way.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/train/SharedFeatures.h"

#include "llvm/ADT/DenseMap.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_SHARESTATISTICSPASS
#include "passes/Passes.h.inc"

namespace {

/// The statistics of one function, each of them once.
class StatisticsTable {
public:
  /// Whether those of `input` are there.
  bool contains(Value input, int64_t featureIndex) const {
    return table.contains({input, featureIndex});
  }

  /// Enters `op`, unless there are statistics of its input: these.
  bn::StatisticsOp getOrInsert(bn::StatisticsOp op) {
    return table.try_emplace({op.getInput(), getFeatureIndex(op)}, op)
        .first->second;
  }

  /// The statistics of `part`, which `op` reads as a part of its input.
  bn::StatisticsOp getOrBuild(Value part, bn::StatisticsOp op) {
    bn::StatisticsOp &entry = table[{part, getFeatureIndex(op)}];
    if (entry)
      return entry;
    OpBuilder builder(op);
    builder.setInsertionPointAfterValue(part);
    entry = bn::StatisticsOp::create(builder, op.getLoc(), part,
                                     op.getFeatureIndexAttr());
    return entry;
  }

  static int64_t getFeatureIndex(bn::StatisticsOp op) {
    return static_cast<int64_t>(op.getFeatureIndex());
  }

private:
  DenseMap<std::pair<Value, int64_t>, bn::StatisticsOp> table;
};

struct ShareStatisticsPass
    : impl::ShareStatisticsPassBase<ShareStatisticsPass> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    StatisticsTable table;
    for (auto op : llvm::make_early_inc_range(
             getOperation().getBody().front().getOps<bn::StatisticsOp>()))
      share(op, table);
  }

private:
  void share(bn::StatisticsOp op, StatisticsTable &table);
  SmallVector<Value> collectParts(bn::StatisticsOp op,
                                  const StatisticsTable &table);
};

/// What the input of `op` consists of, in order: values with statistics of
/// their own, or that are no concatenations.
SmallVector<Value>
ShareStatisticsPass::collectParts(bn::StatisticsOp op,
                                  const StatisticsTable &table) {
  const int64_t featureIndex = StatisticsTable::getFeatureIndex(op);
  SmallVector<Value> parts, worklist = {op.getInput()};
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    nn::ConcatOp concat = getFeatureConcat(value, featureIndex);
    if (!concat || table.contains(value, featureIndex)) {
      parts.push_back(value);
      continue;
    }
    worklist.append(llvm::to_vector(llvm::reverse(concat.getInputs())));
  }
  return parts;
}

void ShareStatisticsPass::share(bn::StatisticsOp op, StatisticsTable &table) {
  const int64_t featureIndex = StatisticsTable::getFeatureIndex(op);
  if (table.contains(op.getInput(), featureIndex) ||
      !getFeatureConcat(op.getInput(), featureIndex) ||
      !areStatisticsShared(op.getInput(), featureIndex, op)) {
    bn::StatisticsOp first = table.getOrInsert(op);
    if (first == op)
      return;
    op.replaceAllUsesWith(first);
    op.erase();
    ++numShared;
    return;
  }
  SmallVector<Value> means, variances;
  for (Value part : collectParts(op, table)) {
    bn::StatisticsOp statistics = table.getOrBuild(part, op);
    means.push_back(statistics.getMean());
    variances.push_back(statistics.getVariance());
  }
  OpBuilder builder(op);
  const auto concatenate = [&](Value vector, ValueRange parts) {
    vector.replaceAllUsesWith(
        nn::ConcatOp::create(builder, op.getLoc(), vector.getType(), parts, 0));
  };
  concatenate(op.getMean(), means);
  concatenate(op.getVariance(), variances);
  op.erase();
  ++numShared;
}

} // namespace
} // namespace bnopt
