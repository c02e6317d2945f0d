//===- GradientKernel.cpp - Gradients of convolutions to measure ----------===//

#include "ConvKernel.h"

#include "compiler/Pipeline.h"
#include "dialect/AllDialects.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/Kernel/KernelOps.h"
#include "dialect/NN/NNOps.h"
#include "passes/lower/LayoutRules.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace bnopt;

static std::string getTypeText(ArrayRef<int64_t> shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

/// A function that computes the gradient.
static std::string getFunctionText(const ConvShape &shape) {
  std::string x =
      getTypeText({shape.batch, shape.inputs, shape.height, shape.width});
  std::string w = getTypeText(
      {shape.outputs, shape.inputs / shape.groups, shape.window, shape.window});
  std::string y = getTypeText(
      {shape.batch, shape.outputs, shape.outputHeight(), shape.outputWidth()});
  const bool isInput = shape.direction == ConvDirection::InputGradient;
  return llvm::formatv(
      "func.func @main(%a: {0}, %b: {1}) -> {2} {{\n"
      "  %y = nn.conv_{3}_gradient %a, %b strides [{4}, {4}] pads [{5}, {5}, "
      "{5}, {5}] groups {6} : ({0}, {1}) -> {2}\n  return %y : {2}\n}\n",
      isInput ? y : x, isInput ? w : y, isInput ? x : w,
      isInput ? "input" : "weight", shape.stride, shape.pad, shape.groups);
}

/// Leaves nothing but the kernel of the gradient, and returns it.
static kernel::FuncOp isolateKernel(ModuleOp module) {
  kernel::FuncOp found;
  for (Operation &op : llvm::make_early_inc_range(module.getOps())) {
    auto kernel = dyn_cast<kernel::FuncOp>(op);
    const bool hasGradient =
        kernel &&
        llvm::any_of(
            kernel.getBody().getOps(),
            llvm::IsaPred<nn::ConvInputGradientOp, nn::ConvWeightGradientOp>);
    if (hasGradient)
      found = kernel;
    else
      op.erase();
  }
  return found;
}

/// Elements of a tensor of `type` in `layout`.
static int64_t getSize(Type type, Attribute layout) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  if (auto packed = dyn_cast_or_null<kernel::PackedAttr>(layout))
    return ShapedType::getNumElements(kernel::getPackedShape(shape, packed));
  return getPaddedElements(shape, kernel::getHalo(shape.size(), layout));
}

llvm::Expected<std::unique_ptr<ConvKernel>>
ConvKernel::buildGradient(const ConvShape &shape, const Target &target,
                          int threads) {
  auto result = std::make_unique<ConvKernel>();
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  auto module = parseSourceString<ModuleOp>(getFunctionText(shape),
                                            ParserConfig(&context));
  PassManager pm(&context);
  addFusePasses(pm);
  addLowerPasses(pm, LowerOptions::forTarget(target));
  if (!module || failed(pm.run(*module)))
    return llvm::createStringError("cannot describe gradient " + shape.name());
  kernel::FuncOp kernel = isolateKernel(*module);
  auto schedule = cast<kernel::DirectAttr>(kernel.getScheduleAttr());
  result->chosen = {schedule.getChannels(), schedule.getPixels(), false};
  SmallVector<int64_t> sizes;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes()))
    sizes.push_back(getSize(type, kernel.getArgLayout(index)));
  sizes.push_back(
      getSize(kernel.getResultTypes().front(), kernel.getResultLayout()));
  if (auto error = result->load(*module, shape, sizes, target, threads))
    return std::move(error);
  return std::move(result);
}
