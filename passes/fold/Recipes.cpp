//===- Recipes.cpp - How folded constants follow from parameters ----------===//
//
// The initial numbers are computed in the order in which runtime/refresh.c
// follows the steps, so that it finds the same bits.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/Recipes.h"

#include "passes/Normalizations.h"
#include "passes/fold/ConstantData.h"
#include "passes/fold/FeatureConstants.h"

#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace bnopt {

bool isRecipeOperand(Value constant) {
  bn::RecipeAttr recipe = getRecipe(constant);
  if (!recipe)
    return ConstantData::get(constant).has_value();
  return recipe.getRole() == bn::RecipeRole::Copy &&
         recipe.getPacking().empty();
}

Attribute getRecipeOperand(Value constant) {
  if (!isRecipeOperand(constant))
    return nullptr;
  if (bn::RecipeAttr recipe = getRecipe(constant))
    return recipe.getOperand();
  auto op = constant.getDefiningOp<arith::ConstantOp>();
  auto elements = op ? dyn_cast<ElementsAttr>(op.getValue()) : ElementsAttr();
  return elements ? bn::getInlineElements(elements) : DenseElementsAttr();
}

static StringAttr getNodeAttr(Operation *op) {
  return StringAttr::get(op->getContext(), getNodeName(op->getLoc()));
}

/// The steps that `scale` and `shift` of `op` follow, if they are the same.
static ArrayRef<bn::StepAttr> getSharedSteps(bn::ScaleShiftOp op) {
  bn::RecipeAttr scale = getRecipe(op.getScale()),
                 shift = getRecipe(op.getShift());
  if (!scale || !shift || scale.getRole() != bn::RecipeRole::Scale ||
      shift.getRole() != bn::RecipeRole::Shift ||
      scale.getSteps() != shift.getSteps())
    return {};
  return scale.getSteps();
}

static std::optional<bn::AffineKind> getKind(Operation *op,
                                             bool constantFirst) {
  if (isa<nn::AddOp>(op))
    return bn::AffineKind::Add;
  if (isa<nn::SubOp>(op))
    return constantFirst ? bn::AffineKind::SubtractFrom
                         : bn::AffineKind::Subtract;
  if (isa<nn::MulOp>(op))
    return bn::AffineKind::Multiply;
  if (isa<nn::DivOp>(op) && !constantFirst)
    return bn::AffineKind::Divide;
  return std::nullopt;
}

static std::optional<AffineSteps> makeStep(Operation *op, FeatureAffine affine,
                                           bn::AffineKind kind,
                                           ArrayRef<Value> constants) {
  AffineSteps result{affine.input, std::move(affine.values), {}};
  SmallVector<Attribute> operands;
  for (Value constant : constants) {
    operands.push_back(getRecipeOperand(constant));
    if (!operands.back())
      return std::nullopt;
    result.isRefreshable |= isa<StringAttr>(operands.back());
  }
  result.steps.push_back(bn::StepAttr::get(op->getContext(), kind, operands,
                                           getNodeAttr(op), FloatAttr()));
  result.mayShift =
      kind != bn::AffineKind::Multiply && kind != bn::AffineKind::Divide;
  return result;
}

std::optional<AffineSteps> readAffineSteps(Operation *op) {
  std::optional<FeatureAffine> affine = readInitialFeatureAffine(op);
  if (!affine)
    return std::nullopt;
  if (auto scaleShift = dyn_cast<bn::ScaleShiftOp>(op)) {
    ArrayRef<bn::StepAttr> shared = getSharedSteps(scaleShift);
    // Rounded numbers do not follow from the steps alone.
    if (!shared.empty() &&
        !scaleShift.getScale().getType().getElementType().isF64())
      return std::nullopt;
    if (shared.empty())
      return makeStep(op, std::move(*affine), bn::AffineKind::ScaleShift,
                      {scaleShift.getScale(), scaleShift.getShift()});
    return AffineSteps{affine->input, std::move(affine->values),
                       llvm::to_vector(shared),
                       /*mayShift=*/true, /*isRefreshable=*/true};
  }
  const bool constantFirst = affine->input != op->getOperand(0);
  const auto kind = getKind(op, constantFirst);
  if (!kind)
    return std::nullopt;
  return makeStep(op, std::move(*affine), *kind,
                  op->getOperand(constantFirst ? 0 : 1));
}

AffineSteps appendSteps(AffineSteps first, const AffineSteps &second) {
  first.values = compose(second.values, first.values);
  first.steps.append(second.steps.begin(), second.steps.end());
  first.mayShift |= second.mayShift;
  first.isRefreshable |= second.isRefreshable;
  return first;
}

bn::ScaleShiftOp createScaleShift(OpBuilder &builder, Location loc,
                                  const AffineSteps &steps, Type elementType) {
  const ScaleAndShift &values = steps.values;
  auto type = RankedTensorType::get(static_cast<int64_t>(values.numFeatures()),
                                    elementType);
  const auto create = [&](StringRef name, bn::RecipeRole role,
                          ArrayRef<double> numbers) {
    auto recipe = bn::RecipeAttr::get(builder.getContext(), role, Attribute(),
                                      steps.steps, {}, {});
    return createConstant(builder, loc, name, type, numbers, recipe);
  };
  Value scale = create("scale", bn::RecipeRole::Scale, values.scale);
  Value shift = create("shift", bn::RecipeRole::Shift, values.shift);
  return bn::ScaleShiftOp::create(builder, loc, steps.input.getType(),
                                  steps.input, scale, shift,
                                  values.featureIndex);
}

} // namespace bnopt
