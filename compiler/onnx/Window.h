//===- Window.h - the sliding window of a node -------------------*- C++
//-*-===//

#ifndef BNOPT_COMPILER_ONNX_WINDOW_H
#define BNOPT_COMPILER_ONNX_WINDOW_H

#include "compiler/onnx/Node.h"

namespace bnopt::onnx_import {

/// Window attributes of a convolution or pooling node, with pads as numbers.
struct Window {
  llvm::SmallVector<int64_t> kernelShape;
  llvm::SmallVector<int64_t> strides;
  llvm::SmallVector<int64_t> dilations;
  /// All low pads, then all high ones.
  llvm::SmallVector<int64_t> pads;

  /// `strides`, `pads` and `dilations` where they say something.
  llvm::SmallVector<mlir::NamedAttribute> getAttributes(Node &node) const;
};

/// Reads the window of `node` over `input`. `kernelShape` is that of the
/// weights; empty takes it from the attribute. `auto_pad` needs sizes known.
llvm::FailureOr<Window> readWindow(Node &node, mlir::RankedTensorType input,
                                   llvm::ArrayRef<int64_t> kernelShape);

} // namespace bnopt::onnx_import

#endif // BNOPT_COMPILER_ONNX_WINDOW_H
