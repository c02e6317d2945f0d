//===- KernelView.cpp - Dimensions that a kernel treats as one ------------===//

#include "compiler/halide/KernelView.h"

#include "dialect/BN/BNOps.h"
#include "dialect/Kernel/KernelLayouts.h"
#include "dialect/NN/NNOps.h"
#include "passes/lower/KernelShape.h"

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
