//===- InferenceToScaleShift.cpp - Batch norm as scale and shift ----------===//
//
// Inference batch normalization with constant parameters is an affine map of
// each feature:
//
//   scale·(x − mean)/√(variance + epsilon) + offset = s·x + t,
//   s = scale/√(variance + epsilon),  t = offset − mean·s.
//
// s and t are computed and kept in f64. Rounded only where they end, in weights
// and bias, they cost one rounding, and a bias that nearly cancels the mean
// keeps its bits: s·bias + t differs from s·(bias − mean) + offset by an f64
// rounding.
//
// Where a parameter may be refreshed, s and t get recipes.
//
//===----------------------------------------------------------------------===//

#include "passes/Normalizations.h"
#include "passes/Passes.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/FoldRemarks.h"
#include "passes/fold/Recipes.h"
#include "passes/fold/ScaleAndShift.h"

#include "llvm/Support/Format.h"

#include <array>
#include <cmath>

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_INFERENCETOSCALESHIFTPASS
#include "passes/Passes.h.inc"

namespace {

/// The four parameters in f64; none when one is not a constant, in which case
/// `reason` says which.
std::optional<std::array<std::vector<double>, 4>>
readParameters(bn::InferenceOp op, std::string &reason) {
  const std::pair<StringRef, Value> parameters[] = {
      {"scale", op.getScale()},
      {"offset", op.getOffset()},
      {"mean", op.getMean()},
      {"variance", op.getVariance()}};
  std::array<std::vector<double>, 4> values;
  for (auto [into, parameter] : llvm::zip_equal(values, parameters)) {
    std::optional<ConstantData> data =
        ConstantData::getInitial(parameter.second);
    if (!data || !isRecipeOperand(parameter.second)) {
      reason = ("'" + parameter.first + "' is not a constant").str();
      return std::nullopt;
    }
    into = data->toDoubles();
  }
  return values;
}

/// s and t of every feature; fails with `problem` at the first one without.
FailureOr<ScaleAndShift>
computeScaleAndShift(bn::InferenceOp op,
                     const std::array<std::vector<double>, 4> &parameters,
                     std::string &problem) {
  const auto &[scale, offset, mean, variance] = parameters;
  const double epsilon = op.getEpsilon().convertToDouble();
  ScaleAndShift result(scale.size(), op.getFeatureIndex());
  llvm::raw_string_ostream stream(problem);
  for (size_t c = 0; c < scale.size(); ++c) {
    const double radicand = variance[c] + epsilon;
    // A NaN fails the comparison as well.
    if (!(radicand > 0) || !std::isfinite(radicand)) {
      stream << "expects 'variance' + 'epsilon' to be positive and finite, but "
                "feature "
             << c << " has " << llvm::format("%.9g + %g", variance[c], epsilon);
      return failure();
    }
    result.scale[c] = scale[c] / std::sqrt(radicand);
    result.shift[c] = offset[c] - mean[c] * result.scale[c];
    if (!std::isfinite(result.scale[c]) || !std::isfinite(result.shift[c])) {
      stream << "expects finite parameters, but feature " << c
             << llvm::format(" has scale %g, offset %g", scale[c], offset[c])
             << llvm::format(", mean %g and variance %g", mean[c], variance[c]);
      return failure();
    }
  }
  return result;
}

bool isRefreshable(bn::InferenceOp op) {
  return llvm::any_of(op->getOperands().drop_front(), getRecipe);
}

/// The normalization in terms of its parameters.
AffineSteps getSteps(bn::InferenceOp op, const ScaleAndShift &values) {
  AffineSteps steps{op.getInput(), values, {}};
  auto operands =
      llvm::map_to_vector(op->getOperands().drop_front(), getRecipeOperand);
  Builder builder(op.getContext());
  steps.steps.push_back(bn::StepAttr::get(
      op.getContext(), bn::AffineKind::Normalize, operands,
      builder.getStringAttr(getNodeName(op.getLoc())), op.getEpsilonAttr()));
  return steps;
}

/// Replaces `op` by the equivalent `bn.scale_shift`.
void replaceByScaleShift(bn::InferenceOp op, const ScaleAndShift &values) {
  OpBuilder builder(op);
  // What stays is computed in f32, and no other pass will round it.
  Type elementType =
      isAskedToStay(op) ? builder.getF32Type() : builder.getF64Type();
  auto scaleShift =
      isRefreshable(op)
          ? createScaleShift(builder, op.getLoc(), getSteps(op, values),
                             elementType)
          : createScaleShift(builder, op.getLoc(), op.getInput(), values);
  if (isAskedToStay(op))
    scaleShift->setAttr(keepAttrName, builder.getUnitAttr());
  op.replaceAllUsesWith(scaleShift.getResult());
  op.erase();
}

struct InferenceToScaleShiftPass
    : impl::InferenceToScaleShiftPassBase<InferenceToScaleShiftPass> {
  using InferenceToScaleShiftPassBase::InferenceToScaleShiftPassBase;

  void runOnOperation() override {
    WalkResult walked = getOperation()->walk([&](bn::InferenceOp op) {
      std::string reason;
      auto parameters = readParameters(op, reason);
      if (!parameters) {
        remarkKept(op, {ObstacleKind::NonConstantParameter, reason});
        ++numKept;
        return WalkResult::advance();
      }
      std::string problem;
      auto values = computeScaleAndShift(op, *parameters, problem);
      // Only weights may take in what is not finite in f32.
      const bool mayFold = !keepInvalid && !isAskedToStay(op);
      if (succeeded(values) && !mayFold &&
          !isFiniteIn(*values, getComputeType(op.getType().getElementType()),
                      &problem))
        values = failure();
      if (failed(values) && keepInvalid) {
        op.emitWarning() << problem << "; it stays, to be computed at run time";
        remarkKept(op, {ObstacleKind::InvalidParameter, problem});
        ++numKept;
        return WalkResult::advance();
      }
      if (failed(values)) {
        op.emitOpError(problem);
        return WalkResult::interrupt();
      }
      replaceByScaleShift(op, *values);
      ++numConverted;
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
} // namespace bnopt
