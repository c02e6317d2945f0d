//===- RaiseAffineChains.cpp - Batch norm spelled out ---------------------===//
//
// With constant statistics a normalization is arithmetic by constants:
//
//   (x − mean)·scale/√(variance + epsilon) + offset
//   x·(scale/√(variance + epsilon)) + (offset − mean·scale/√(…))
//   (x / √variance)·scale + offset
//
// and whatever else exporters make of it. Two such operators or more, each the
// only user of the one above, are one scale-shift.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/AffineChain.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/RaiseNormalizations.h"
#include "passes/fold/ScaleAndShift.h"

#include "dialect/NN/NNOps.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace bnopt {
namespace {

/// Steps from the last to the first, and the dimension along which their
/// constants vary; none if all are the same everywhere.
struct StepsUpwards {
  SmallVector<AffineStep> steps;
  std::optional<int64_t> featureDim;
};

StepsUpwards collectSteps(Operation *last, ConstantExpressions &constants) {
  StepsUpwards result;
  for (Operation *op = last; op;) {
    std::optional<AffineStep> step = getAffineStep(op, constants);
    // What others use as well must be computed all the same.
    if (!step || (op != last && !op->hasOneUse()))
      break;
    const SmallVector<int64_t> varying = getVaryingDims(
        step->constant, cast<RankedTensorType>(step->data.getType()).getRank());
    if (varying.size() > 1 || (!varying.empty() && result.featureDim &&
                               varying.front() != *result.featureDim))
      break;
    if (!varying.empty())
      result.featureDim = varying.front();
    result.steps.push_back(*step);
    op = step->data.getDefiningOp();
  }
  return result;
}

/// Replaces `chain` by a scale-shift, if it is one.
bool raiseChain(const StepsUpwards &chain, ConstantExpressions &constants) {
  // One operator is no normalization; constants that are the same for all
  // features are no parameters of one; sums are cheaper as they are.
  const bool scales = llvm::any_of(chain.steps, [](const AffineStep &step) {
    return isa<nn::MulOp, nn::DivOp>(step.op);
  });
  if (chain.steps.size() < 2 || !chain.featureDim || !scales)
    return false;
  Operation *last = chain.steps.front().op;
  auto type = cast<RankedTensorType>(last->getResult(0).getType());
  AffineChain values(type, *chain.featureDim, *chain.featureDim);
  SmallVector<Location> locations;
  for (const AffineStep &step : llvm::reverse(chain.steps)) {
    if (!values.append(step, constants))
      return false;
    locations.push_back(step.op->getLoc());
  }
  // Two factors may be finite where their product is not.
  if (!isFiniteIn(values.getValues(), getComputeType(type.getElementType())))
    return false;
  OpBuilder builder(last);
  auto scaleShift =
      createScaleShift(builder, builder.getFusedLoc(locations),
                       chain.steps.back().data, values.getValues());
  remarkRecognized(scaleShift);
  last->getResult(0).replaceAllUsesWith(scaleShift.getResult());
  return true;
}

} // namespace

int64_t raiseAffineChains(func::FuncOp function,
                          ConstantExpressions &constants) {
  SmallVector<Operation *> operators;
  function.walk([&](Operation *op) {
    if (op->getNumResults() == 1)
      operators.push_back(op);
  });
  int64_t numRaised = 0;
  llvm::DenseSet<Operation *> taken;
  // From the end: the first operator met of a chain is its last.
  for (Operation *op : llvm::reverse(operators)) {
    if (taken.contains(op) || constants.isConstant(op->getResult(0)))
      continue;
    const StepsUpwards chain = collectSteps(op, constants);
    if (!raiseChain(chain, constants))
      continue;
    ++numRaised;
    for (const AffineStep &step : chain.steps)
      taken.insert(step.op);
  }
  return numRaised;
}

} // namespace bnopt
