//===- NormKernels.h - Normalizations as modules of their own -------------===//

#ifndef BNOPT_COMPILER_NORMS_NORMKERNELS_H
#define BNOPT_COMPILER_NORMS_NORMKERNELS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace bnopt {

/// Where the channels of N×C×spatial data lie in memory.
enum class ChannelOrder { First, Last };

/// How running statistics follow the batch's; no convention is implied.
enum class RunningUpdate {
  KeepPopulation,   ///< r ← m·r + (1−m)·stat, variance over n (ONNX, Keras)
  KeepSample,       ///< the same, variance over n − 1
  UpdatePopulation, ///< r ← (1−m)·r + m·stat, variance over n
  UpdateSample      ///< the same, variance over n − 1 (PyTorch)
};

/// One kernel, as a user asks for it. What is not given has the default of
/// the kernel; what does not apply to it is refused.
struct NormKernelOptions {
  /// One of `getNormKernelNames`.
  std::string kernel;
  /// N×C×spatial, in this order whatever 'channels' says; of kernels that know
  /// no channels, or where 'axis' names them, the sizes as they lie in memory.
  std::vector<int64_t> shape;
  std::optional<ChannelOrder> channels;
  /// The features of a batch norm, or the first normalized dimension of a layer
  /// or RMS norm; negative from the end.
  std::optional<int64_t> axis;
  std::optional<int64_t> groups;
  /// Applied to the output, in this order; of `getNormKernelFusions`.
  std::vector<std::string> fuse;
  double epsilon = 1e-5;
  std::optional<RunningUpdate> running;
  std::optional<double> momentum;
  /// The data that the output, or the input's gradient, is made of may be in
  /// its memory.
  bool inPlace = false;
  /// Of the data; parameters and statistics are of f32.
  std::string type = "f32";
  /// Of the function; that of the kernel and its fusions by default.
  std::string name;
};

/// The kernels that `buildNormKernel` knows.
std::vector<std::string> getNormKernelNames();

/// Sizes separated by `x`, as in 32x64x112x112.
llvm::Expected<std::vector<int64_t>> parseNormKernelShape(llvm::StringRef text);

/// A module with one function that computes the kernel on tensors as they lie
/// in memory. Arguments and results have names.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
buildNormKernel(const NormKernelOptions &options, mlir::MLIRContext *context);

} // namespace bnopt

#endif // BNOPT_COMPILER_NORMS_NORMKERNELS_H
