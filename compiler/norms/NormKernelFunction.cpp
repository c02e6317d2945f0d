//===- NormKernelFunction.cpp - A function that grows ---------------------===//

#include "compiler/norms/NormKernelFunction.h"

#include "passes/fold/ConstantData.h"
#include "passes/lower/TensorPlaces.h"

#include "llvm/ADT/STLExtras.h"

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

Value NormKernelFunction::addInput(StringRef name, Type type) {
  inputNames.push_back(name.str());
  return function.getBody().addArgument(type, builder.getUnknownLoc());
}

void NormKernelFunction::addOutput(StringRef name, Value value) {
  outputNames.push_back(name.str());
  outputs.push_back(value);
}

Value NormKernelFunction::getInput(StringRef name) {
  const auto *found = llvm::find(inputNames, name);
  return found == inputNames.end()
             ? Value()
             : function.getBody().getArgument(found - inputNames.begin());
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
    function.setArgAttr(cast<BlockArgument>(overwritten).getArgNumber(),
                        overwrittenAttrName, builder.getUnitAttr());
  for (auto [index, name] : llvm::enumerate(outputNames))
    function.setResultAttr(index, nameAttrName, builder.getStringAttr(name));
  return std::move(module);
}
