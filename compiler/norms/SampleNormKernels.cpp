//===- SampleNormKernels.cpp - Norms of each sample by itself -------------===//

#include "compiler/norms/NormKernelBuilder.h"

#include "dialect/BN/BNOps.h"
#include "dialect/NN/NNOps.h"

#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

LogicalResult bnopt::buildLayerNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale"),
        offset = kernel.addRow("offset");
  kernel.addFused(kernel.function.create<bn::LayerNormOp>(
      x.getType(), x, scale, offset, kernel.getEpsilon(), kernel.getAxis()));
  return success();
}

LogicalResult bnopt::buildRMSNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale");
  kernel.addFused(kernel.function.create<bn::RMSNormOp>(
      x.getType(), x, scale, kernel.getEpsilon(), kernel.getAxis()));
  return success();
}

/// Moves dimension `from` to `to`.
static Value moveDimension(NormKernelBuilder &kernel, Value x, int64_t from,
                           int64_t to) {
  if (from == to)
    return x;
  auto order = llvm::to_vector(llvm::seq(kernel.type.getRank()));
  order.erase(order.begin() + from);
  order.insert(order.begin() + to, from);
  return kernel.function.create<nn::TransposeOp>(x, order);
}

static IntegerAttr getGroups(NormKernelBuilder &kernel) {
  return kernel.function.getBuilder().getI64IntegerAttr(
      kernel.options.groups.value_or(kernel.type.getDimSize(kernel.axis)));
}

/// Of data as it lies in memory.
static Value createGroupNorm(NormKernelBuilder &kernel, Value x, Value scale,
                             Value offset) {
  x = moveDimension(kernel, x, kernel.axis, 1);
  Value y = kernel.function.create<bn::GroupNormOp>(
      x.getType(), x, scale, offset, getGroups(kernel), kernel.getEpsilon());
  return moveDimension(kernel, y, 1, kernel.axis);
}

LogicalResult bnopt::buildGroupNorm(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addVector("scale"),
        offset = kernel.addVector("offset");
  kernel.addFused(createGroupNorm(kernel, x, scale, offset));
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
  const auto fused =
      differentiateFusions(function, kernel.fusions, dy, normalize);
  if (failed(fused))
    return failure();
  const StringRef names[] = {"input_gradient", "scale_gradient",
                             "offset_gradient"};
  for (auto &&[name, result] : llvm::zip(names, differentiate(fused->input)))
    function.addOutput(name, result);
  if (fused->addend)
    function.addOutput("addend_gradient", fused->addend);
  return success();
}

LogicalResult bnopt::buildLayerNormGradient(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale");
  const auto normalize = [&]() -> Value {
    return kernel.function.create<bn::LayerNormOp>(
        x.getType(), x, scale, kernel.addRow("offset"), kernel.getEpsilon(),
        kernel.getAxis());
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    return kernel.function
        .create<bn::LayerNormGradientOp>(x, scale, dy, kernel.getEpsilon(),
                                         kernel.getAxis())
        ->getResults();
  });
}

LogicalResult bnopt::buildRMSNormGradient(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addRow("scale");
  const auto normalize = [&]() -> Value {
    return kernel.function.create<bn::RMSNormOp>(
        x.getType(), x, scale, kernel.getEpsilon(), kernel.getAxis());
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    return kernel.function
        .create<bn::RMSNormGradientOp>(x, scale, dy, kernel.getEpsilon(),
                                       kernel.getAxis())
        ->getResults();
  });
}

LogicalResult bnopt::buildGroupNormGradient(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addVector("scale");
  const auto normalize = [&]() -> Value {
    return createGroupNorm(kernel, x, scale, kernel.addVector("offset"));
  };
  return buildGradient(kernel, normalize, [&](Value dy) -> SmallVector<Value> {
    auto op = kernel.function.create<bn::GroupNormGradientOp>(
        moveDimension(kernel, x, kernel.axis, 1), scale,
        moveDimension(kernel, dy, kernel.axis, 1), getGroups(kernel),
        kernel.getEpsilon());
    return {moveDimension(kernel, op.getInputGradient(), 1, kernel.axis),
            op.getScaleGradient(), op.getOffsetGradient()};
  });
}
