//===- ConvKernel.h - A convolution kernel to measure ---------------------===//

#ifndef BNOPT_TOOLS_BNBENCH_CONVKERNEL_H
#define BNOPT_TOOLS_BNBENCH_CONVKERNEL_H

#include "compiler/halide/LoadedKernels.h"
#include "passes/lower/TileModel.h"

#include "HalideRuntime.h"

#include <memory>
#include <string>
#include <vector>

namespace bnopt {

/// A 2-D convolution with bias and ReLU at batch 1, square window.
struct ConvShape {
  int64_t inputs = 64, height = 56, width = 56, outputs = 64;
  int64_t window = 3, stride = 1, pad = 1, groups = 1;

  int64_t outputHeight() const {
    return (height + 2 * pad - window) / stride + 1;
  }
  int64_t outputWidth() const {
    return (width + 2 * pad - window) / stride + 1;
  }
  /// Two per multiply-add.
  double flops() const;
  /// `3x3 64->64 56x56`.
  std::string name() const;
};

/// The kernel that bn-opt generates for a convolution, loaded, with data.
class ConvKernel {
public:
  static llvm::Expected<std::unique_ptr<ConvKernel>>
  build(const ConvShape &shape, const Target &target, int threads);

  /// Seconds of one call.
  double measure();

  const Tile &tile() const { return chosen; }
  double compileSeconds() const { return seconds; }

private:
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
