//===- SampleNormKernels.cpp - Norms of each sample by itself -------------===//

#include "compiler/norms/NormKernelBuilder.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

using namespace mlir;
using namespace bnopt;

static Value castTo(NormKernelBuilder &kernel, Value x, Type elementType) {
  auto type = cast<RankedTensorType>(x.getType());
  if (type.getElementType() == elementType)
    return x;
  return kernel.function.create<nn::CastOp>(
      RankedTensorType::get(type.getShape(), elementType), x);
}

/// In the type of the parameters, in which all is computed.
static Value widen(NormKernelBuilder &kernel, Value x) {
  return castTo(kernel, x, kernel.function.getBuilder().getF32Type());
}

/// In the type of the data.
static Value narrow(NormKernelBuilder &kernel, Value x) {
  return castTo(kernel, x, kernel.type.getElementType());
}

LogicalResult bnopt::buildLayerNorm(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addRow("scale"), offset = kernel.addRow("offset");
  Value y = kernel.function.create<bn::LayerNormOp>(
      x.getType(), x, scale, offset, kernel.getEpsilon(), kernel.getAxis());
  kernel.addFused(narrow(kernel, y));
  return success();
}

LogicalResult bnopt::buildRMSNorm(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addRow("scale");
  Value y = kernel.function.create<bn::RMSNormOp>(
      x.getType(), x, scale, kernel.getEpsilon(), kernel.getAxis());
  kernel.addFused(narrow(kernel, y));
  return success();
}

static IntegerAttr getGroups(NormKernelBuilder &kernel) {
  return kernel.function.getBuilder().getI64IntegerAttr(
      kernel.options.groups.value_or(kernel.type.getDimSize(kernel.axis)));
}

static Value createGroupNorm(NormKernelBuilder &kernel, Value x, Value scale,
                             Value offset) {
  return kernel.function.create<bn::GroupNormOp>(
      x.getType(), x, scale, offset, getGroups(kernel), kernel.getEpsilon());
}

LogicalResult bnopt::buildGroupNorm(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addVector("scale"), offset = kernel.addVector("offset");
  kernel.addFused(narrow(kernel, createGroupNorm(kernel, x, scale, offset)));
  return success();
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

/// Inputs and outputs that the gradients have in common. `normalize` computes
/// the norm again, for what is fused; `differentiate` takes the gradient back
/// through the norm, to those of input, scale and, if there is one, offset.
static LogicalResult
buildGradient(NormKernelBuilder &kernel, llvm::function_ref<Value()> normalize,
              llvm::function_ref<SmallVector<Value>(Value)> differentiate) {
  NormKernelFunction &function = kernel.function;
  Value dy = kernel.addData("output_gradient");
  const auto fused = differentiateFusions(function, kernel.fusions, dy, [&] {
    return narrow(kernel, normalize());
  });
  if (failed(fused))
    return failure();
  const StringRef names[] = {"input_gradient", "scale_gradient",
                             "offset_gradient"};
  SmallVector<Value> gradients = differentiate(widen(kernel, fused->input));
  gradients[0] = narrow(kernel, gradients[0]);
  for (auto [name, gradient] : llvm::zip(names, gradients))
    function.addOutput(name, gradient);
  if (fused->addend)
    function.addOutput("addend_gradient", fused->addend);
  return success();
}

LogicalResult bnopt::buildLayerNormGradient(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addRow("scale");
  const auto normalize = [&]() -> Value {
    return kernel.function.create<bn::LayerNormOp>(
        x.getType(), x, scale, kernel.addRow("offset"), kernel.getEpsilon(),
        kernel.getAxis());
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    return kernel.function
        .create<bn::LayerNormGradientOp>(x, scale, dy, kernel.getEpsilon(),
                                         kernel.getAxis(),
                                         /*parts=*/IntegerAttr())
        ->getResults();
  });
}

LogicalResult bnopt::buildRMSNormGradient(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addRow("scale");
  const auto normalize = [&]() -> Value {
    return kernel.function.create<bn::RMSNormOp>(
        x.getType(), x, scale, kernel.getEpsilon(), kernel.getAxis());
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    return kernel.function
        .create<bn::RMSNormGradientOp>(x, scale, dy, kernel.getEpsilon(),
                                       kernel.getAxis(),
                                       /*parts=*/IntegerAttr())
        ->getResults();
  });
}

LogicalResult bnopt::buildGroupNormGradient(NormKernelBuilder &kernel) {
  Value x = widen(kernel, kernel.addData("input")),
        scale = kernel.addVector("scale");
  const auto normalize = [&]() -> Value {
    return createGroupNorm(kernel, x, scale, kernel.addVector("offset"));
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    return kernel.function
        .create<bn::GroupNormGradientOp>(x, scale, dy, getGroups(kernel),
                                         kernel.getEpsilon(),
                                         /*parts=*/IntegerAttr())
        ->getResults();
  });
}
