//===- NNShapes.h - Window and shape arithmetic ---------------------------===//
//
// The one place that knows how windows slide. All sizes may be unknown
// (`ShapedType::kDynamic`), and unknown sizes give unknown results.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_DIALECT_NN_NNSHAPES_H
#define BNOPT_DIALECT_NN_NNSHAPES_H

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>
#include <utility>

namespace bnopt::nn {

/// A convolution or pooling window along one spatial dimension.
struct WindowDim {
  int64_t size = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t padLow = 0;
  int64_t padHigh = 0;

  /// Input elements from the first to the last one that the window touches.
  int64_t getExtent() const;
};

/// Reads a window of one entry per element of `sizes` from the attributes of
/// an operator. Absent attributes read as ones (`strides`, `dilations`) and
/// zeros (`pads`: all low, then all high); so do missing elements.
llvm::SmallVector<WindowDim>
getWindow(llvm::ArrayRef<int64_t> sizes,
          std::optional<llvm::ArrayRef<int64_t>> strides,
          std::optional<llvm::ArrayRef<int64_t>> pads,
          std::optional<llvm::ArrayRef<int64_t>> dilations);

/// Number of windows along a dimension of `input` elements:
/// ⌊(input + padLow + padHigh − extent)/stride⌋ + 1. With `ceilMode` the
/// quotient is rounded up, and a window that would start in the high padding
/// is left out. Unknown if no window fits.
int64_t getNumWindows(int64_t input, const WindowDim &window,
                      bool ceilMode = false);

/// Result size of a transposed convolution:
/// stride·(input − 1) + outputPad + extent − padLow − padHigh. Unknown if that
/// is not positive.
int64_t getTransposedSize(int64_t input, const WindowDim &window,
                          int64_t outputPad = 0);

/// Low and high pad with which `⌈input/stride⌉` windows fit (ONNX's SAME);
/// an odd element goes to the low side if `extraLow`. `input` is known.
std::pair<int64_t, int64_t> getSamePads(int64_t input, const WindowDim &window,
                                        bool extraLow);

/// The shape to which both broadcast as in NumPy, or nothing if there is none.
std::optional<llvm::SmallVector<int64_t>>
getBroadcastShape(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// True if `from` broadcasts to `to` without changing it.
bool broadcastsTo(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to);

/// Product of the sizes; unknown if one of them is.
int64_t getNumElements(llvm::ArrayRef<int64_t> shape);

/// True if `permutation` holds each of 0 … size−1 once.
bool isPermutation(llvm::ArrayRef<int64_t> permutation);

} // namespace bnopt::nn

#endif // BNOPT_DIALECT_NN_NNSHAPES_H
