//===- RefreshPlan.cpp - What a refresh computes --------------------------===//

#include "compiler/host/RefreshPlan.h"

#include "compiler/host/TensorSignatures.h"
#include "dialect/BN/BNAttrs.h"
#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "passes/Normalizations.h"
#include "passes/fold/ConstantData.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnopt;

static ArrayRef<Attribute> getParameters(func::FuncOp model) {
  auto array = model->getAttrOfType<ArrayAttr>(bn::parametersAttrName);
  return array ? array.getValue() : ArrayRef<Attribute>();
}

bool bnopt::isRefreshable(func::FuncOp model) {
  return model->hasAttr(bn::parametersAttrName);
}

std::vector<TensorSignature> bnopt::getParameterSignatures(func::FuncOp model,
                                                           bool isFixed) {
  std::vector<TensorSignature> signatures;
  for (Attribute attribute : getParameters(model)) {
    auto parameter = cast<bn::ParameterAttr>(attribute);
    if (bool(parameter.getValue()) == isFixed)
      signatures.push_back(
          getTensorSignature(parameter.getName(), parameter.getType()));
  }
  return signatures;
}

/// The elements of `attribute` as they lie in memory, a splat expanded.
static std::vector<char> getBytes(DenseElementsAttr attribute) {
  ArrayRef<char> raw = attribute.getRawData();
  const int64_t copies = attribute.isSplat() ? attribute.getNumElements() : 1;
  std::vector<char> bytes;
  for (int64_t i = 0; i < copies; ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return bytes;
}

namespace {
class PlanBuilder {
public:
  PlanBuilder(func::FuncOp model, const WeightTable &weights)
      : model(model), weights(weights) {}

  FailureOr<RefreshPlan> build();

private:
  void addParameters();
  LogicalResult addRecipe(memref::GlobalOp global, bn::RecipeAttr recipe);
  FailureOr<int64_t> addSteps(bn::RecipeAttr recipe, memref::GlobalOp global);
  FailureOr<int64_t> getOperand(Attribute operand, memref::GlobalOp global);
  LogicalResult checkSizes(const bnopt_recipe &recipe,
                           ArrayRef<int64_t> packing, memref::GlobalOp global);
  int64_t getName(StringRef name);
  LogicalResult checkNoParameter(memref::GlobalOp global);

  func::FuncOp model;
  const WeightTable &weights;
  RefreshPlan plan;
  DenseMap<Attribute, int64_t> operands;
  DenseMap<Attribute, RankedTensorType> parameterTypes;
  DenseMap<ArrayRef<bn::StepAttr>, int64_t> firstSteps;
  llvm::StringMap<int64_t> nameOffsets;
};
} // namespace

void PlanBuilder::addParameters() {
  for (bool isFixed : {false, true})
    for (Attribute attribute : getParameters(model)) {
      auto parameter = cast<bn::ParameterAttr>(attribute);
      DenseElementsAttr value = parameter.getValue();
      if (bool(value) != isFixed)
        continue;
      operands[parameter.getName()] = int64_t(plan.operands.size());
      parameterTypes[parameter.getName()] = parameter.getType();
      plan.operands.push_back(
          getTensorSignature(parameter.getName(), parameter.getType()));
      plan.values.push_back(value ? getBytes(value) : std::vector<char>());
    }
}

int64_t PlanBuilder::getName(StringRef name) {
  auto [found, isNew] =
      nameOffsets.try_emplace(name, int64_t(plan.names.size()));
  if (isNew)
    plan.names.append(name.begin(), name.end()).push_back('\0');
  return found->second;
}

FailureOr<int64_t> PlanBuilder::getOperand(Attribute operand,
                                           memref::GlobalOp global) {
  if (!operand)
    return -1;
  auto found = operands.find(operand);
  auto elements = dyn_cast<DenseElementsAttr>(operand);
  if (found == operands.end() && !elements)
    return global.emitError()
           << "the recipe of a constant reads " << operand
           << ", which is no parameter of '" << model.getSymName() << "'";
  Type type = elements ? elements.getElementType()
                       : parameterTypes.lookup(operand).getElementType();
  if (!type.isF32() && !type.isF64())
    return global.emitError() << "the recipe of a constant reads numbers of "
                              << type << "; f32 and f64 are supported";
  if (found != operands.end())
    return found->second;
  const auto index = int64_t(plan.operands.size());
  operands[operand] = index;
  plan.operands.push_back(getTensorSignature("", elements.getType()));
  plan.values.push_back(getBytes(elements));
  return index;
}

FailureOr<int64_t> PlanBuilder::addSteps(bn::RecipeAttr recipe,
                                         memref::GlobalOp global) {
  // Weights and bias follow the same steps.
  auto found = firstSteps.find(recipe.getSteps());
  if (found != firstSteps.end())
    return found->second;
  const auto first = int64_t(plan.steps.size());
  for (bn::StepAttr attribute : recipe.getSteps()) {
    bnopt_step step = {};
    step.kind = int64_t(attribute.getKind());
    step.num_operands = int64_t(attribute.getOperands().size());
    for (auto [to, operand] :
         llvm::zip(step.operands, attribute.getOperands())) {
      FailureOr<int64_t> index = getOperand(operand, global);
      if (failed(index))
        return failure();
      to = *index;
    }
    if (attribute.getEpsilon())
      step.epsilon = attribute.getEpsilon().getValueAsDouble();
    step.node = getName(attribute.getNode());
    plan.steps.push_back(step);
  }
  firstSteps[recipe.getSteps()] = first;
  return first;
}

LogicalResult PlanBuilder::addRecipe(memref::GlobalOp global,
                                     bn::RecipeAttr attribute) {
  MemRefType type = global.getType();
  if (!type.getElementType().isF32())
    return global.emitError()
           << "a constant that may be refreshed expects elements of f32, but "
              "got "
           << type.getElementType();
  FailureOr<int64_t> operand = getOperand(attribute.getOperand(), global);
  FailureOr<int64_t> firstStep = addSteps(attribute, global);
  if (failed(operand) || failed(firstStep))
    return failure();
  bnopt_recipe recipe = {};
  recipe.role = int64_t(attribute.getRole());
  recipe.operand = *operand;
  recipe.first_step = *firstStep;
  recipe.num_steps = int64_t(attribute.getSteps().size());
  recipe.offset = int64_t(weights.getOffset(global.getSymName()));
  recipe.groups = recipe.outer = recipe.inner = 1;
  recipe.features = type.getNumElements();
  if (ArrayRef<int64_t> view = attribute.getView(); !view.empty()) {
    recipe.groups = view[0];
    recipe.outer = view[1];
    recipe.features = view[2];
    recipe.inner = view[3];
  }
  if (ArrayRef<int64_t> packing = attribute.getPacking(); !packing.empty()) {
    recipe.tile = packing[0];
    recipe.inputs = packing[2];
    recipe.taps = packing[3];
    recipe.output_stride = packing[4];
    recipe.input_stride = packing[5];
  }
  recipe.node = getName(getNodeName(global.getLoc()));
  plan.recipes.push_back(recipe);
  return checkSizes(recipe, attribute.getPacking(), global);
}

/// The product of positive numbers; none when 64 bits do not hold it.
static std::optional<int64_t> multiply(ArrayRef<int64_t> factors) {
  int64_t product = 1;
  for (int64_t factor : factors)
    if (llvm::MulOverflow(product, factor, product))
      return std::nullopt;
  return product;
}

/// Whether `numFrom` elements, packed, fill `numTo`: the strides are those of
/// an array of outputs, inputs, and taps, or of a matrix of inputs and outputs.
static bool fillsPacked(ArrayRef<int64_t> packing, std::optional<int64_t> from,
                        int64_t numTo) {
  const int64_t tile = packing[0], outputs = packing[1], inputs = packing[2],
                taps = packing[3], outputStride = packing[4],
                inputStride = packing[5];
  const bool isOutputMajor =
      outputStride == multiply({inputs, taps}) &&
      (inputStride == taps || (inputs == 1 && inputStride > taps));
  const bool isInputMajor =
      taps == 1 && outputStride == 1 && inputStride == outputs;
  const int64_t numTiles = (outputs - 1) / tile + 1;
  return (isOutputMajor || isInputMajor) && from &&
         from == multiply({outputs, inputs, taps}) &&
         multiply({numTiles, taps, inputs, tile}) == numTo;
}

/// Recipes come with the IR: none may lead a refresh out of bounds.
LogicalResult PlanBuilder::checkSizes(const bnopt_recipe &recipe,
                                      ArrayRef<int64_t> packing,
                                      memref::GlobalOp global) {
  const auto hasElements = [&](int64_t operand, std::optional<int64_t> count) {
    return count && multiply(plan.operands[operand].shape) == count;
  };
  const int64_t numElements = global.getType().getNumElements();
  const auto numFeatures = multiply({recipe.groups, recipe.features});
  auto numRead =
      multiply({recipe.groups, recipe.outer, recipe.features, recipe.inner});
  const bool isCopy = recipe.role == BNOPT_RECIPE_COPY;
  // Packing adds zeros, so that a copy reads fewer elements than it fills.
  if (isCopy && !packing.empty())
    numRead = multiply(plan.operands[recipe.operand].shape);
  bool fits = packing.empty() ? numRead == numElements
                              : fillsPacked(packing, numRead, numElements);
  fits &= recipe.operand < 0 || hasElements(recipe.operand, numRead);
  // Whole tensors are read as f32; what is one number a feature may be f64.
  if (isCopy || recipe.role == BNOPT_RECIPE_WEIGHTS)
    fits &= plan.operands[recipe.operand].type.bits == 32;
  for (int64_t i = 0; i < recipe.num_steps; ++i) {
    const bnopt_step &step = plan.steps[recipe.first_step + i];
    for (int64_t operand :
         ArrayRef(step.operands).take_front(step.num_operands))
      fits &= hasElements(operand, 1) || hasElements(operand, numFeatures);
  }
  if (fits)
    return success();
  return global.emitError() << "the recipe of a constant does not read as many "
                               "elements of f32 as '"
                            << global.getSymName() << "' has";
}

/// A parameter's own numbers without a recipe would stay what they are.
LogicalResult PlanBuilder::checkNoParameter(memref::GlobalOp global) {
  auto resource =
      dyn_cast_or_null<DenseResourceElementsAttr>(*global.getInitialValue());
  if (!resource)
    return success();
  StringRef key = resource.getRawHandle().getKey();
  auto found = operands.find(StringAttr::get(model.getContext(), key));
  if (found == operands.end() || !plan.values[found->second].empty())
    return success();
  return global.emitError()
         << "a constant of parameter '" << key << "' has lost its recipe";
}

FailureOr<RefreshPlan> PlanBuilder::build() {
  addParameters();
  auto module = model->getParentOfType<ModuleOp>();
  for (auto global : module.getOps<memref::GlobalOp>()) {
    auto recipe = dyn_cast_or_null<bn::RecipeAttr>(
        global->getDiscardableAttr(bn::recipeAttrName));
    if (failed(recipe ? addRecipe(global, recipe) : checkNoParameter(global)))
      return failure();
  }
  return std::move(plan);
}

FailureOr<RefreshPlan> bnopt::planRefresh(func::FuncOp model,
                                          const WeightTable &weights) {
  return PlanBuilder(model, weights).build();
}
