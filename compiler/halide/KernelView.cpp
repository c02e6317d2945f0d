//===- KernelView.cpp - Dimensions that a kernel treats as one ------------===//

#include "compiler/halide/KernelView.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace bnopt;

static MemoryLayout getPlainLayout(Type type, Attribute attr) {
  auto tensor = cast<RankedTensorType>(type);
  return {llvm::to_vector(tensor.getShape()), kernel::getStrides(tensor, attr),
          kernel::getHalo(tensor.getRank(), attr)};
}

//===----------------------------------------------------------------------===//
// What may be merged
//===----------------------------------------------------------------------===//

/// A convolution that reads exactly the pixel it writes.
static bool isPointwise(nn::ConvOp op) {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(op.getKernelShape(), isOne) &&
         llvm::all_of(op.getStrideValues(), isOne) &&
         llvm::all_of(op.getPadValues(), [](int64_t pad) { return pad == 0; });
}

/// Operators that treat every pixel alike.
static bool isPixelwise(Operation *op) {
  if (auto conv = dyn_cast<nn::ConvOp>(op))
    return isPointwise(conv);
  if (auto scaleShift = dyn_cast<bn::ScaleShiftOp>(op))
    return scaleShift.getFeatureIndex() == 1;
  return isa<arith::ConstantOp, kernel::ReturnOp, nn::AddOp, nn::SubOp,
             nn::MulOp, nn::DivOp, nn::PowOp, nn::MinOp, nn::MaxOp,
             nn::PReluOp>(op) ||
         op->hasTrait<OpTrait::Elementwise>();
}

/// Neighbouring pixels, across the ends of rows too, lie at one distance.
static bool hasEvenPixels(const MemoryLayout &layout) {
  if (llvm::any_of(layout.halo, [](int64_t halo) { return halo != 0; }))
    return false;
  for (size_t dim = 2; dim + 1 < layout.shape.size(); ++dim)
    if (layout.strides[dim] != layout.strides[dim + 1] * layout.shape[dim + 1])
      return false;
  return true;
}

/// Whether `type`, aligned with `result` at the end, has one pixel only.
static bool isSinglePixel(RankedTensorType type, RankedTensorType result) {
  int64_t pixelDims = result.getRank() - 2;
  return llvm::all_of(type.getShape().take_back(pixelDims),
                      [](int64_t size) { return size == 1; });
}

static bool isConvParameter(BlockArgument arg) {
  return llvm::any_of(arg.getUses(),
                      [](OpOperand &use) {
                        return isa<nn::ConvOp>(use.getOwner()) &&
                               use.getOperandNumber() != 0;
                      }) ||
         llvm::any_of(arg.getUses(), [](OpOperand &use) {
           return isa<bn::ScaleShiftOp>(use.getOwner()) &&
                  use.getOperandNumber() != 0;
         });
}

static bool canMergePixels(kernel::FuncOp kernel) {
  auto result = cast<RankedTensorType>(kernel.getResultTypes().front());
  if (result.getRank() < 4 ||
      !hasEvenPixels(getPlainLayout(result, kernel.getResultLayout())))
    return false;
  for (BlockArgument arg : kernel.getBody().getArguments()) {
    auto type = cast<RankedTensorType>(arg.getType());
    if (isConvParameter(arg) || isSinglePixel(type, result))
      continue;
    MemoryLayout layout =
        getPlainLayout(type, kernel.getArgLayout(arg.getArgNumber()));
    bool samePixels =
        type.getRank() == result.getRank() &&
        type.getShape().drop_front(2) == result.getShape().drop_front(2);
    if (!samePixels || !hasEvenPixels(layout))
      return false;
  }
  return llvm::all_of(kernel.getBody().front(),
                      [](Operation &op) { return isPixelwise(&op); });
}

/// All tensors have the same shape and the same dense order, so that only the
/// position in memory matters.
static bool canMergeEverything(kernel::FuncOp kernel) {
  auto result = cast<RankedTensorType>(kernel.getResultTypes().front());
  MemoryLayout expected = getPlainLayout(result, kernel.getResultLayout());
  int64_t last = 0;
  for (auto [size, stride] : llvm::zip_equal(expected.shape, expected.strides))
    last += (size - 1) * stride;
  if (last + 1 != result.getNumElements())
    return false;
  for (BlockArgument arg : kernel.getBody().getArguments()) {
    MemoryLayout layout =
        getPlainLayout(arg.getType(), kernel.getArgLayout(arg.getArgNumber()));
    if (arg.getType() != result || layout.strides != expected.strides ||
        llvm::any_of(layout.halo, [](int64_t halo) { return halo != 0; }))
      return false;
  }
  return llvm::all_of(kernel.getBody().front(), [](Operation &op) {
    return isPixelwise(&op) && !isa<nn::ConvOp, bn::ScaleShiftOp>(op);
  });
}

KernelView KernelView::getMerged(kernel::FuncOp kernel) {
  if (canMergeEverything(kernel))
    return KernelView(Merge::Everything);
  if (canMergePixels(kernel))
    return KernelView(Merge::Pixels);
  return KernelView();
}

//===----------------------------------------------------------------------===//
// Merged shapes
//===----------------------------------------------------------------------===//

SmallVector<int64_t> KernelView::getShape(Type type) const {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape = llvm::to_vector(tensor.getShape());
  if (merge == Merge::Everything)
    return {tensor.getNumElements()};
  if (merge == Merge::Pixels && shape.size() >= 4) {
    for (size_t dim = 2; dim + 1 < shape.size(); ++dim) {
      shape.back() *= shape[dim];
      shape[dim] = 1;
    }
  }
  return shape;
}

MemoryLayout KernelView::getLayout(Type type, Attribute attr) const {
  MemoryLayout layout = getPlainLayout(type, attr);
  layout.shape = getShape(type);
  if (merge == Merge::Everything)
    layout.strides = {1};
  return layout;
}
