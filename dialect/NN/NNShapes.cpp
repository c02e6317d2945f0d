//===- NNShapes.cpp - Window and shape arithmetic -------------------------===//

#include "dialect/NN/NNShapes.h"

#include "mlir/Dialect/Traits.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt::nn;

static constexpr int64_t unknown = ShapedType::kDynamic;

static int64_t getOr(std::optional<ArrayRef<int64_t>> values, size_t index,
                     int64_t fallback) {
  return values && index < values->size() ? (*values)[index] : fallback;
}

int64_t WindowDim::getExtent() const {
  return size == unknown ? unknown : dilation * (size - 1) + 1;
}

SmallVector<WindowDim>
bnopt::nn::getWindow(ArrayRef<int64_t> sizes,
                     std::optional<ArrayRef<int64_t>> strides,
                     std::optional<ArrayRef<int64_t>> pads,
                     std::optional<ArrayRef<int64_t>> dilations) {
  SmallVector<WindowDim> window(sizes.size());
  for (size_t dim = 0; dim < sizes.size(); ++dim) {
    window[dim].size = sizes[dim];
    window[dim].stride = getOr(strides, dim, 1);
    window[dim].dilation = getOr(dilations, dim, 1);
    window[dim].padLow = getOr(pads, dim, 0);
    window[dim].padHigh = getOr(pads, sizes.size() + dim, 0);
  }
  return window;
}

int64_t bnopt::nn::getNumWindows(int64_t input, const WindowDim &window,
                                 bool ceilMode) {
  int64_t extent = window.getExtent();
  if (input == unknown || extent == unknown || window.stride <= 0)
    return unknown;
  int64_t slack = input + window.padLow + window.padHigh - extent;
  if (slack < 0)
    return unknown;
  if (!ceilMode)
    return slack / window.stride + 1;
  int64_t count = llvm::divideCeil(slack, window.stride) + 1;
  bool startsInHighPad = (count - 1) * window.stride >= input + window.padLow;
  return startsInHighPad ? count - 1 : count;
}

int64_t bnopt::nn::getTransposedSize(int64_t input, const WindowDim &window,
                                     int64_t outputPad) {
  int64_t extent = window.getExtent();
  if (input == unknown || extent == unknown)
    return unknown;
  int64_t size = window.stride * (input - 1) + outputPad + extent -
                 window.padLow - window.padHigh;
  return size > 0 ? size : unknown;
}

std::pair<int64_t, int64_t>
bnopt::nn::getSamePads(int64_t input, const WindowDim &window, bool extraLow) {
  int64_t count = llvm::divideCeil(input, window.stride);
  int64_t total = std::max<int64_t>(0, (count - 1) * window.stride +
                                           window.getExtent() - input);
  int64_t half = total / 2;
  return extraLow ? std::pair(total - half, half)
                  : std::pair(half, total - half);
}

std::optional<SmallVector<int64_t>>
bnopt::nn::getBroadcastShape(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(lhs, rhs, shape))
    return std::nullopt;
  return shape;
}

bool bnopt::nn::broadcastsTo(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  if (from.size() > to.size())
    return false;
  for (auto [source, target] : llvm::zip(from, to.take_back(from.size())))
    if (source != 1 && source != target && source != unknown &&
        target != unknown)
      return false;
  return true;
}

int64_t bnopt::nn::getNumElements(ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, unknown))
    return unknown;
  return ShapedType::getNumElements(shape);
}

bool bnopt::nn::isPermutation(ArrayRef<int64_t> permutation) {
  llvm::SmallBitVector seen(permutation.size());
  for (int64_t index : permutation) {
    if (index < 0 || index >= static_cast<int64_t>(permutation.size()) ||
        seen.test(index))
      return false;
    seen.set(index);
  }
  return true;
}
