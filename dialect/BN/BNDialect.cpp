//===- BNDialect.cpp - Normalization -------------------------------------===//

#include "dialect/BN/BNDialect.h"

#include "dialect/BN/BNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bnopt;

#include "dialect/BN/BNDialect.cpp.inc"

#include "dialect/BN/BNEnums.cpp.inc"

#define GET_OP_CLASSES
#include "dialect/BN/BNOps.cpp.inc"

/// What makes of a population variance the one that is asked for.
static double getCorrection(bn::VarianceEstimator estimator, int64_t elements) {
  const auto count = static_cast<double>(elements);
  const bool isSample = estimator == bn::VarianceEstimator::Sample;
  return isSample && elements > 1 ? count / (count - 1) : 1;
}

double bn::UpdateCumulativeOp::getCorrection() {
  return ::getCorrection(getEstimator(), getCount());
}

std::pair<double, double> bn::UpdateRunningOp::getFactors() {
  const double momentum = getMomentum().convertToDouble();
  const double keep =
      getConvention() == MomentumConvention::Keep ? momentum : 1 - momentum;
  return {keep, (1 - keep) * ::getCorrection(getEstimator(), getCount())};
}

void bn::BNDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialect/BN/BNOps.cpp.inc"
      >();
  registerAttributes();
}

/// Constants of equal numbers merge, and resources are equal to themselves
/// alone: only of these a recipe cannot get lost.
static LogicalResult verifyRecipe(Operation *op, Attribute recipe) {
  if (!isa<bn::RecipeAttr>(recipe))
    return op->emitOpError() << "expects '" << bn::recipeAttrName
                             << "' to be a '#bn.recipe', but got " << recipe;
  Attribute value =
      op->getAttr(op->hasAttr("initial_value") ? "initial_value" : "value");
  if (!isa_and_nonnull<DenseResourceElementsAttr>(value))
    return op->emitOpError() << "expects a resource, as all constants with '"
                             << bn::recipeAttrName << "'";
  return success();
}

static LogicalResult verifyParameters(Operation *op, Attribute parameters) {
  auto array = dyn_cast<ArrayAttr>(parameters);
  if (array && llvm::all_of(array, llvm::IsaPred<bn::ParameterAttr>))
    return success();
  return op->emitOpError() << "expects '" << bn::parametersAttrName
                           << "' to be an array of '#bn.parameter', but got "
                           << parameters;
}

LogicalResult
bn::BNDialect::verifyOperationAttribute(Operation *op,
                                        NamedAttribute attribute) {
  if (attribute.getName() == bn::recipeAttrName)
    return verifyRecipe(op, attribute.getValue());
  if (attribute.getName() == bn::parametersAttrName)
    return verifyParameters(op, attribute.getValue());
  return success();
}

Operation *bn::BNDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
