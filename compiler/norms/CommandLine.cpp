//===- CommandLine.cpp - --kernel and what belongs to it ------------------===//

#include "compiler/norms/CommandLine.h"

#include "compiler/norms/Fusions.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ManagedStatic.h"

#include <functional>

using namespace bnopt;
namespace cl = llvm::cl;

namespace {
struct KernelCommandLine {
  cl::OptionCategory category{
      "Norm kernels", "Compile one normalization instead of a model: bn-opt "
                      "--kernel=batch_norm_training --shape=32x64x112x112 "
                      "--layout=nhwc --fuse=relu -o bn.so"};
  std::string kernelText = "Kernel: " + llvm::join(getNormKernelNames(), ", ");
  std::string fuseText =
      "Applied to the output, in this order: " +
      llvm::join(getNormKernelFusions(), ", ") +
      "; a gradient starts at the gradient of what comes out of these";

  cl::opt<std::string> kernel{"kernel", cl::desc(kernelText),
                              cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> shape{
      "shape",
      cl::desc("Sizes in the order batch, channels, spatial dimensions, "
               "whatever the layout, as in 32x64x112x112; of layer_norm and "
               "rms_norm, and with --axis, as they lie in memory"),
      cl::value_desc("NxCx..."), cl::cat(category)};
  cl::opt<ChannelOrder> layout{
      "layout", cl::desc("Order in memory, of data of any rank"),
      cl::values(clEnumValN(ChannelOrder::First, "nchw",
                            "channels before the spatial dimensions (default)"),
                 clEnumValN(ChannelOrder::Last, "nhwc", "channels last")),
      cl::cat(category)};
  cl::opt<int64_t> axis{
      "axis",
      cl::desc("Dimension of the features of a batch norm, in the place of "
               "--layout, or the first that a layer_norm or rms_norm "
               "normalizes (default: the last); negative from the end"),
      cl::value_desc("dimension"), cl::cat(category)};
  cl::opt<int64_t> groups{"groups",
                          cl::desc("Groups of channels of a group_norm"),
                          cl::value_desc("count"), cl::cat(category)};
  cl::list<std::string> fuse{"fuse", cl::desc(fuseText),
                             cl::value_desc("step,..."), cl::CommaSeparated,
                             cl::cat(category)};
  cl::opt<double> epsilon{
      "epsilon", cl::desc("Added to the variance (default: 1e-5)"),
      cl::value_desc("number"), cl::init(NormKernelOptions().epsilon),
      cl::cat(category)};
  cl::opt<RunningUpdate> running{
      "running", cl::desc("Move running statistics towards the batch's, too"),
      cl::values(
          clEnumValN(RunningUpdate::KeepPopulation, "keep-population",
                     "r = m*r + (1-m)*stat, variance over n (ONNX, Keras)"),
          clEnumValN(RunningUpdate::KeepSample, "keep-sample",
                     "the same, variance over n-1"),
          clEnumValN(RunningUpdate::UpdatePopulation, "update-population",
                     "r = (1-m)*r + m*stat, variance over n"),
          clEnumValN(RunningUpdate::UpdateSample, "update-sample",
                     "the same, variance over n-1 (PyTorch)")),
      cl::cat(category)};
  cl::opt<double> momentum{"momentum", cl::desc("The m of --running"),
                           cl::value_desc("number"), cl::cat(category)};
  cl::opt<bool> inPlace{
      "in-place",
      cl::desc("Let the output of batch_norm_training be in the memory of its "
               "input, the input's gradient in that of the output's"),
      cl::cat(category)};
  cl::opt<std::string> type{
      "type",
      cl::desc("Type of the data: f32 (default), f16, bf16; "
               "parameters and statistics are of f32"),
      cl::value_desc("name"), cl::init("f32"), cl::cat(category)};
  cl::opt<std::string> name{
      "kernel-name",
      cl::desc("Name of the functions in C (default: that of kernel and fused "
               "steps)"),
      cl::value_desc("name"), cl::cat(category)};

  /// What means nothing without a kernel.
  llvm::SmallVector<std::reference_wrapper<const cl::Option>>
  getDetails() const {
    return {shape,   layout,   axis,    groups, fuse, epsilon,
            running, momentum, inPlace, type,   name};
  }
};
} // namespace

static llvm::ManagedStatic<KernelCommandLine> commandLine;

static bool isGiven(const cl::Option &option) {
  return option.getNumOccurrences() > 0;
}

template <typename T>
static std::optional<T> getOptional(const cl::opt<T> &option) {
  return isGiven(option) ? std::optional<T>(option.getValue()) : std::nullopt;
}

void bnopt::registerNormKernelOptions() { *commandLine; }

bool bnopt::hasNormKernelOptions() {
  const KernelCommandLine &line = *commandLine;
  return isGiven(line.kernel) ||
         llvm::any_of(line.getDetails(),
                      [](auto option) { return isGiven(option); });
}

llvm::Expected<std::optional<NormKernelOptions>> bnopt::getNormKernelOptions() {
  const KernelCommandLine &line = *commandLine;
  if (!isGiven(line.kernel)) {
    for (const cl::Option &option : line.getDetails())
      if (isGiven(option))
        return llvm::createStringError("--" + option.ArgStr +
                                       " has no effect without --kernel");
    return std::nullopt;
  }
  if (!isGiven(line.shape))
    return llvm::createStringError("--kernel needs --shape");
  NormKernelOptions options;
  options.kernel = line.kernel;
  if (auto error =
          parseNormKernelShape(line.shape.getValue()).moveInto(options.shape))
    return error;
  options.channels = getOptional(line.layout);
  options.axis = getOptional(line.axis);
  options.groups = getOptional(line.groups);
  options.fuse.assign(line.fuse.begin(), line.fuse.end());
  options.epsilon = line.epsilon;
  options.running = getOptional(line.running);
  options.momentum = getOptional(line.momentum);
  options.inPlace = line.inPlace;
  options.type = line.type;
  options.name = line.name;
  return options;
}
