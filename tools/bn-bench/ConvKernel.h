//===- ConvKernel.h - A convolution kernel to measure ---------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_CONVKERNEL_H
#define BNOPT_TOOLS_BNBENCH_CONVKERNEL_H

#include "compiler/halide/LoadedKernels.h"
#include "passes/lower/TileModel.h"

#include "HalideRuntime.h"
#include "mlir/IR/BuiltinOps.h"

#include <memory>
#include <string>
#include <vector>

namespace bnopt {

/// A convolution with bias and ReLU, or one of its gradients alone.
enum class ConvDirection { Forward, InputGradient, WeightGradient };

/// A 2-D convolution with a square window.
struct ConvShape {
  int64_t inputs = 64, height = 56, width = 56, outputs = 64;
  int64_t window = 3, stride = 1, pad = 1, groups = 1;
  ConvDirection direction = ConvDirection::Forward;
  int64_t batch = 1;

  int64_t outputHeight() const {
    return (height + 2 * pad - window) / stride + 1;
  }
  int64_t outputWidth() const {
    return (width + 2 * pad - window) / stride + 1;
  }
  /// Two per multiply-add.
  double flops() const;
  /// `3x3 64->64 56x56`; a gradient with the tensor that it is of and the
  /// batch.
  std::string name() const;
};

/// The kernel that bn-opt generates for a convolution, loaded, with data.
class ConvKernel {
public:
  static llvm::Expected<std::unique_ptr<ConvKernel>>
  build(const ConvShape &shape, const Target &target, int threads);

  /// As `build`, for a gradient: the kernel that the pipeline makes of it.
  static llvm::Expected<std::unique_ptr<ConvKernel>>
  buildGradient(const ConvShape &shape, const Target &target, int threads);

  /// Seconds of one call.
  double measure();

  const Tile &tile() const { return chosen; }
  double compileSeconds() const { return seconds; }

private:
  /// Compiles and loads the only kernel of `module`, for buffers of these
  /// numbers of elements.
  llvm::Error load(mlir::ModuleOp module, const ConvShape &shape,
                   llvm::ArrayRef<int64_t> sizes, const Target &target,
                   int threads);

  Tile chosen = {1, 1, false};
  double seconds = 0;
  std::unique_ptr<LoadedKernels> loaded;
  void *function = nullptr;
  std::vector<std::vector<float>> memory;
  std::vector<std::unique_ptr<halide_buffer_t>> buffers;
  std::vector<halide_buffer_t *> arguments;
};

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_CONVKERNEL_H
