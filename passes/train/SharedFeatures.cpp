//===- SharedFeatures.cpp - Features that several normalizations read -----===//
//
// Concatenations along the features form a graph; operators that take
// statistics share features if one part leads to both.
//
//===----------------------------------------------------------------------===//

#include "passes/train/SharedFeatures.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace bnopt;

nn::ConcatOp bnopt::getFeatureConcat(Value value, int64_t featureIndex) {
  auto concat = value.getDefiningOp<nn::ConcatOp>();
  return concat && static_cast<int64_t>(concat.getAxis()) == featureIndex
             ? concat
             : nn::ConcatOp();
}

/// What `op` takes statistics of; null if it takes none, or along another
/// dimension.
static Value getStatisticsInput(Operation *op, int64_t featureIndex) {
  const auto getInput = [&](auto op) {
    return static_cast<int64_t>(op.getFeatureIndex()) == featureIndex
               ? Value(op.getInput())
               : Value();
  };
  if (auto training = dyn_cast<bn::TrainingOp>(op))
    return getInput(training);
  if (auto statistics = dyn_cast<bn::StatisticsOp>(op))
    return getInput(statistics);
  return {};
}

/// `value` and the parts of the concatenations that it consists of.
static SetVector<Value> collectParts(Value value, int64_t featureIndex) {
  SetVector<Value> parts;
  parts.insert(value);
  for (size_t i = 0; i < parts.size(); ++i)
    if (nn::ConcatOp concat = getFeatureConcat(parts[i], featureIndex))
      parts.insert(concat.getInputs().begin(), concat.getInputs().end());
  return parts;
}

bool bnopt::areStatisticsShared(Value input, int64_t featureIndex,
                                Operation *op) {
  SetVector<Value> wholes = collectParts(input, featureIndex);
  for (size_t i = 0; i < wholes.size(); ++i)
    for (Operation *user : wholes[i].getUsers()) {
      if (user != op && getStatisticsInput(user, featureIndex) == wholes[i])
        return true;
      auto concat = dyn_cast<nn::ConcatOp>(user);
      if (concat && getFeatureConcat(concat.getResult(), featureIndex))
        wholes.insert(concat.getResult());
    }
  return false;
}
