//===- NormalizedReaders.cpp - What reads normalized data -----------------===//

#include "passes/train/NormalizedReaders.h"

#include "passes/ElementwiseOps.h"
#include "passes/fuse/LoadFusion.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt;

bool bnopt::isCheapActivation(Operation *op) {
  return isElementwise(op) && op->getNumOperands() == 1 && isCheap(op) &&
         op->getOperand(0).getType() == op->getResult(0).getType();
}

bool bnopt::isGateOfGradient(nn::GateOp gate, Value input) {
  Value result = gate.getResult();
  const auto readsBoth = [&](auto gradient) {
    return gradient.getInput() == input &&
           gradient.getOutputGradient() == result && input != result;
  };
  if (result.getType() != input.getType() || result.use_empty())
    return false;
  return llvm::all_of(result.getUsers(), [&](Operation *user) {
    if (auto gradient = dyn_cast<bn::GradientOp>(user))
      return result.hasOneUse() && readsBoth(gradient);
    if (auto gradient = dyn_cast<bn::GradientStatisticsOp>(user))
      return readsBoth(gradient);
    auto gradient = dyn_cast<bn::GradientInputOp>(user);
    return gradient && readsBoth(gradient);
  });
}

SmallVector<Operation *> bnopt::getGatedChain(nn::GateOp gate) {
  SmallVector<Operation *> chain;
  Operation *op = gate.getValue().getDefiningOp();
  for (; op && isCheapActivation(op); op = op->getOperand(0).getDefiningOp())
    chain.push_back(op);
  auto normalize = dyn_cast_or_null<bn::NormalizeOp>(op);
  if (!normalize || !isGateOfGradient(gate, normalize.getInput()))
    return {};
  chain.push_back(normalize);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

bool bnopt::isGateForLoad(Operation *op) {
  auto gate = dyn_cast<nn::GateOp>(op);
  if (!gate)
    return false;
  const SmallVector<Operation *> chain = getGatedChain(gate);
  return !chain.empty() &&
         llvm::all_of(chain, [](Operation *op) { return op->hasOneUse(); });
}
