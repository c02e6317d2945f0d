//===- NormKernelFunction.cpp - A function that grows ---------------------===//

#include "compiler/norms/NormKernelFunction.h"

#include "dialect/NN/NNOps.h"
#include "passes/fold/ConstantData.h"
#include "passes/lower/TensorPlaces.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt;

static constexpr StringLiteral nameAttrName = "bn.name";

NormKernelFunction::NormKernelFunction(StringRef name, MLIRContext *context)
    : builder(context) {
  Location loc = builder.getUnknownLoc();
  module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  function =
      func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  end = create<func::ReturnOp>();
  builder.setInsertionPoint(end);
}

bool NormKernelFunction::isTransposed(RankedTensorType type) const {
  return transposesData && type.getRank() > 2;
}

/// The dimensions of `rank` in order, but for one.
static SmallVector<int64_t> moveDimension(int64_t rank, int64_t from,
                                          int64_t to) {
  auto order = llvm::to_vector(llvm::seq(rank));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  return order;
}

Value NormKernelFunction::addInput(StringRef name, Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  inputNames.push_back(name.str());
  RankedTensorType inMemory = type;
  if (isTransposed(type)) {
    SmallVector<int64_t> shape(type.getShape());
    std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    inMemory = type.clone(shape);
  }
  Value input =
      function.getBody().addArgument(inMemory, builder.getUnknownLoc());
  if (isTransposed(type))
    input = create<nn::TransposeOp>(
        input, moveDimension(type.getRank(), type.getRank() - 1, 1));
  inputs.push_back(input);
  return input;
}

void NormKernelFunction::addOutput(StringRef name, Value value) {
  outputNames.push_back(name.str());
  auto type = cast<RankedTensorType>(value.getType());
  if (isTransposed(type))
    value = create<nn::TransposeOp>(
        value, moveDimension(type.getRank(), 1, type.getRank() - 1));
  outputs.push_back(value);
}

Value NormKernelFunction::getInput(StringRef name) {
  const auto *found = llvm::find(inputNames, name);
  return found == inputNames.end() ? Value()
                                   : inputs[found - inputNames.begin()];
}

Value NormKernelFunction::createNumber(Value like, double value) {
  return createConstant(
      builder, builder.getUnknownLoc(), "number",
      RankedTensorType::get({}, getElementTypeOrSelf(like.getType())), value);
}

OwningOpRef<ModuleOp> NormKernelFunction::finish() {
  end->setOperands(outputs);
  function.setFunctionType(
      builder.getFunctionType(function.getBody().getArgumentTypes(),
                              llvm::to_vector(ValueRange(outputs).getTypes())));
  for (auto [index, name] : llvm::enumerate(inputNames))
    function.setArgAttr(index, nameAttrName, builder.getStringAttr(name));
  if (overwritten)
    function.setArgAttr(llvm::find(inputs, overwritten) - inputs.begin(),
                        overwrittenAttrName, builder.getUnitAttr());
  for (auto [index, name] : llvm::enumerate(outputNames))
    function.setResultAttr(index, nameAttrName, builder.getStringAttr(name));
  return std::move(module);
}
