//===- KernelShape.cpp - Questions about a kernel's loops and memory ------===//

#include "passes/lower/KernelShape.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"
#include "passes/ElementwiseOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace bnopt;

static RankedTensorType getOperandType(kernel::FuncOp kernel, unsigned index) {
  ArrayRef<Type> inputs = kernel.getFunctionType().getInputs();
  return cast<RankedTensorType>(
      index < inputs.size()
          ? inputs[index]
          : kernel.getFunctionType().getResult(index - inputs.size()));
}

static Attribute getOperandLayout(kernel::FuncOp kernel, unsigned index) {
  const unsigned numInputs = kernel.getFunctionType().getNumInputs();
  return index < numInputs ? kernel.getArgLayout(index)
                           : kernel.getResultLayout(index - numInputs);
}

SmallVector<int64_t> bnopt::getOperandStrides(kernel::FuncOp kernel,
                                              unsigned index) {
  return kernel::getStrides(getOperandType(kernel, index),
                            getOperandLayout(kernel, index));
}

bool bnopt::isPartialStatistics(Operation *op) {
  return isa<bn::PartialStatisticsOp, bn::PartialGradientStatisticsOp>(op);
}

/// Whether `use` is of data that a normalization reads in two sweeps: for sums,
/// all of a feature before its first result, then element by element.
static bool isSwept(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto training = dyn_cast<bn::TrainingOp>(op))
    return &use == &training.getInputMutable();
  auto gradient = dyn_cast<bn::GradientOp>(op);
  return gradient && (&use == &gradient.getInputMutable() ||
                      &use == &gradient.getOutputGradientMutable());
}

/// Whether `size` elements side by side are whole vectors of the widest kind.
static bool areVectors(int64_t size) {
  constexpr int64_t widest = 16;
  return size % widest == 0;
}

/// Whether the sweep of `op` over data of `type` that lie in `strides` can take
/// whole vectors, none of which overlap: of features, or of pixels.
static bool sweepsVectors(Operation *op, RankedTensorType type,
                          ArrayRef<int64_t> strides) {
  auto index = op->getAttrOfType<IntegerAttr>("featureIndex").getInt();
  if (strides[index] == 1)
    return areVectors(type.getDimSize(index));
  // Rows of pixels without a gap between them are one.
  int64_t pixels = 1;
  for (int64_t dim = type.getRank() - 1; dim > index; --dim) {
    if (type.getDimSize(dim) != 1 && strides[dim] != pixels)
      break;
    pixels *= type.getDimSize(dim);
  }
  return areVectors(pixels);
}

/// Whether all that is computed of `arg`, which lies in `strides`, reads for an
/// element of the result the same element only, once results are written.
static bool isReadElementwise(BlockArgument arg, ArrayRef<int64_t> strides) {
  llvm::SetVector<Value> values;
  values.insert(arg);
  const auto type = cast<RankedTensorType>(arg.getType());
  for (size_t i = 0; i < values.size(); ++i)
    for (OpOperand &use : values[i].getUses()) {
      Operation *user = use.getOwner();
      if (isa<kernel::ReturnOp>(user) && i > 0)
        continue;
      // Statistics of the result are taken before it is stored.
      if (isPartialStatistics(user) && i > 0 &&
          user->getOperand(0) == values[i])
        continue;
      if (!isElementwise(user) &&
          !(isSwept(use) && sweepsVectors(user, type, strides)))
        return false;
      values.insert(user->getResult(0));
    }
  return true;
}

bool bnopt::canReplaceArgument(kernel::FuncOp kernel, unsigned index) {
  unsigned result = kernel.getFunctionType().getNumInputs();
  return getOperandType(kernel, index) == getOperandType(kernel, result) &&
         getOperandLayout(kernel, index) == getOperandLayout(kernel, result) &&
         isReadElementwise(kernel.getBody().getArgument(index),
                           getOperandStrides(kernel, index));
}

template <typename ConvOp>
static bool isPointwiseWindow(ConvOp op) {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(op.getKernelShape(), isOne) &&
         llvm::all_of(op.getStrideValues(), isOne) &&
         llvm::all_of(op.getPadValues(), [](int64_t pad) { return pad == 0; });
}

bool bnopt::isPointwise(nn::ConvOp op) { return isPointwiseWindow(op); }

bool bnopt::isPixelwise(Operation *op) {
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    return isPointwise(conv);
  if (auto gradient = dyn_cast<nn::ConvInputGradientOp>(op))
    return isPointwiseWindow(gradient);
  if (auto scaleShift = dyn_cast<bn::ScaleShiftOp>(op))
    return scaleShift.getFeatureIndex() == 1;
  // Statistics of all pixels do not depend on their order.
  if (isa<bn::GroupNormOp, bn::GroupNormGradientOp>(op))
    return true;
  // Rows consist of runs.
  if (isPartialStatistics(op))
    return true;
  if (isa<bn::BNDialect>(op->getDialect()))
    return false;
  return isElementwise(op) || isa<arith::ConstantOp, kernel::ReturnOp>(op);
}

/// Neighbouring pixels, across the ends of rows too, lie at one distance.
static bool hasEvenPixels(RankedTensorType type, Attribute layout) {
  if (llvm::any_of(kernel::getHalo(type.getRank(), layout),
                   [](int64_t halo) { return halo != 0; }))
    return false;
  SmallVector<int64_t> strides = kernel::getStrides(type, layout);
  for (int64_t dim = 2; dim + 1 < type.getRank(); ++dim)
    if (strides[dim] != strides[dim + 1] * type.getDimSize(dim + 1))
      return false;
  return true;
}

/// Whether `type`, aligned with `result` at the end, has one pixel only.
static bool isSinglePixel(RankedTensorType type, RankedTensorType result) {
  int64_t pixelDims = result.getRank() - 2;
  return llvm::all_of(type.getShape().take_back(pixelDims),
                      [](int64_t size) { return size == 1; });
}

/// Weights, biases, scales and shifts, which have no pixels.
static bool isParameter(BlockArgument arg) {
  return llvm::any_of(arg.getUses(), [](OpOperand &use) {
    if (auto gradient = dyn_cast<bn::GroupNormGradientOp>(use.getOwner()))
      return use.get() == gradient.getScale();
    if (auto partial =
            dyn_cast<bn::PartialGradientStatisticsOp>(use.getOwner()))
      return use.get() == partial.getMean();
    return isa<nn::ConvOp, nn::ConvInputGradientOp, bn::ScaleShiftOp,
               bn::GroupNormOp>(use.getOwner()) &&
           use.getOperandNumber() != 0;
  });
}

bool bnopt::canMergePixels(kernel::FuncOp kernel) {
  unsigned resultIndex = kernel.getFunctionType().getNumInputs();
  RankedTensorType result = getOperandType(kernel, resultIndex);
  if (result.getRank() < 4)
    return false;
  for (auto [index, type] : llvm::enumerate(kernel.getResultTypes()))
    if (!hasEvenPixels(cast<RankedTensorType>(type),
                       kernel.getResultLayout(index)))
      return false;
  for (BlockArgument arg : kernel.getBody().getArguments()) {
    RankedTensorType type = getOperandType(kernel, arg.getArgNumber());
    if (isParameter(arg) || isSinglePixel(type, result))
      continue;
    bool samePixels =
        type.getRank() == result.getRank() &&
        type.getShape().drop_front(2) == result.getShape().drop_front(2);
    if (!samePixels ||
        !hasEvenPixels(type, kernel.getArgLayout(arg.getArgNumber())))
      return false;
  }
  return llvm::all_of(kernel.getBody().front(),
                      [](Operation &op) { return isPixelwise(&op); });
}
