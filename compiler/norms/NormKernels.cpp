//===- NormKernels.cpp - Normalizations as modules of their own -----------===//

#include "compiler/norms/NormKernels.h"

#include "compiler/norms/NormKernelBuilder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"

#include <cmath>

using namespace mlir;
using namespace bnopt;

namespace {
/// The options that a kernel may have.
enum Applicable : unsigned {
  channels = 1,
  axis = 2,
  groups = 4,
  fuse = 8,
  running = 16,
  inPlace = 32
};

struct NormKernel {
  StringLiteral name;
  /// `Applicable`s.
  unsigned applicable;
  LogicalResult (*build)(NormKernelBuilder &);

  bool has(Applicable option) const { return (applicable & option) != 0; }
};
} // namespace

//===----------------------------------------------------------------------===//
// All kernels
//===----------------------------------------------------------------------===//

static constexpr NormKernel kernels[] = {
    {"batch_norm_gradient", channels | axis | fuse | inPlace,
     buildBatchNormGradient},
    {"batch_norm_inference", channels | axis | fuse, buildBatchNormInference},
    {"batch_norm_statistics", channels | axis, buildBatchNormStatistics},
    {"batch_norm_training", channels | axis | fuse | running | inPlace,
     buildBatchNormTraining},
    {"group_norm", channels | groups | fuse, buildGroupNorm},
    {"group_norm_gradient", channels | groups | fuse, buildGroupNormGradient},
    {"instance_norm", channels | fuse, buildGroupNorm},
    {"instance_norm_gradient", channels | fuse, buildGroupNormGradient},
    {"layer_norm", axis | fuse, buildLayerNorm},
    {"layer_norm_gradient", axis | fuse, buildLayerNormGradient},
    {"rms_norm", axis | fuse, buildRMSNorm},
    {"rms_norm_gradient", axis | fuse, buildRMSNormGradient},
};

std::vector<std::string> bnopt::getNormKernelNames() {
  std::vector<std::string> names;
  for (const NormKernel &kernel : kernels)
    names.push_back(kernel.name.str());
  return names;
}

llvm::Expected<std::vector<int64_t>>
bnopt::parseNormKernelShape(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, 'x');
  std::vector<int64_t> shape;
  std::optional<int64_t> elements = 1;
  for (StringRef part : parts) {
    int64_t size = 0;
    if (part.getAsInteger(10, size) || size < 1)
      return llvm::createStringError(
          "--shape expects sizes of at least 1, as in 32x64x112x112, but got "
          "'" +
          text + "'");
    shape.push_back(size);
    elements = llvm::checkedMul(*elements, size);
    if (!elements)
      return llvm::createStringError("--shape " + text +
                                     " has more elements than 64 bits count");
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static llvm::Error checkApplicable(const NormKernelOptions &options,
                                   const NormKernel &kernel) {
  const std::pair<bool, const char *> misplaced[] = {
      {options.channels && !kernel.has(Applicable::channels), "layout"},
      {options.axis && !kernel.has(Applicable::axis), "axis"},
      {options.groups && !kernel.has(Applicable::groups), "groups"},
      {!options.fuse.empty() && !kernel.has(Applicable::fuse), "fuse"},
      {options.running && !kernel.has(Applicable::running), "running"},
      {options.momentum && !kernel.has(Applicable::running), "momentum"},
      {options.inPlace && !kernel.has(Applicable::inPlace), "in-place"}};
  for (auto [isMisplaced, option] : misplaced)
    if (isMisplaced)
      return llvm::createStringError("--%s does not apply to kernel '%s'",
                                     option, options.kernel.c_str());
  if (options.axis && options.channels)
    return llvm::createStringError("--axis and --layout both say where the "
                                   "features are; give one of them");
  if (options.running.has_value() != options.momentum.has_value())
    return llvm::createStringError(
        "--running and --momentum belong together; give both or none");
  return llvm::Error::success();
}

static llvm::Error checkNumbers(const NormKernelOptions &options) {
  if (!(options.epsilon >= 0) || !std::isfinite(options.epsilon))
    return llvm::createStringError(
        "--epsilon expects a finite number that is not negative, but got %g",
        options.epsilon);
  if (options.momentum && !(*options.momentum >= 0 && *options.momentum <= 1))
    return llvm::createStringError(
        "--momentum expects a number in 0..1, but got %g", *options.momentum);
  return llvm::Error::success();
}

/// The groups of a group norm, which has no default of its own.
static llvm::Error checkGroups(const NormKernelOptions &options,
                               const NormKernel &kernel, int64_t channels) {
  if (!kernel.has(Applicable::groups))
    return llvm::Error::success();
  if (!options.groups)
    return llvm::createStringError("kernel '%s' needs --groups",
                                   options.kernel.c_str());
  if (*options.groups < 1 || channels % *options.groups != 0)
    return llvm::createStringError(
        "--groups expects a divisor of %lld channels, but got %lld",
        static_cast<long long>(channels),
        static_cast<long long>(*options.groups));
  return llvm::Error::success();
}

static llvm::Expected<Type> getElementType(StringRef name,
                                           MLIRContext *context) {
  if (name == "f32")
    return Float32Type::get(context);
  if (name == "f16")
    return Float16Type::get(context);
  if (name == "bf16")
    return BFloat16Type::get(context);
  return llvm::createStringError("unknown type '" + name +
                                 "'; known types are f32, f16, bf16");
}

/// Whether data of N×…×C are transposed for a kernel whose channels are always
/// dimension 1.
static bool isTransposed(const NormKernelOptions &options,
                         const NormKernel &kernel) {
  return options.channels == ChannelOrder::Last &&
         !kernel.has(Applicable::axis);
}

/// The dimension of the features or of the first normalized dimension, in
/// `shape`, which becomes the shape in memory, unless the data are transposed.
static llvm::Expected<int64_t> placeAxis(const NormKernelOptions &options,
                                         const NormKernel &kernel,
                                         std::vector<int64_t> &shape) {
  const int64_t rank = shape.size(),
                least = kernel.has(Applicable::channels) ? 2 : 1;
  if (rank < least || rank > 5)
    return llvm::createStringError(
        "kernel '%s' expects a --shape of %lld to 5 sizes, but got %lld",
        options.kernel.c_str(), static_cast<long long>(least),
        static_cast<long long>(rank));
  if (options.axis) {
    if (*options.axis < -rank || *options.axis >= rank)
      return llvm::createStringError(
          "--axis expects a dimension in %lld..%lld, but got %lld",
          static_cast<long long>(-rank), static_cast<long long>(rank - 1),
          static_cast<long long>(*options.axis));
    return *options.axis < 0 ? *options.axis + rank : *options.axis;
  }
  if (!kernel.has(Applicable::channels))
    return rank - 1;
  if (options.channels != ChannelOrder::Last || isTransposed(options, kernel))
    return 1;
  std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
  return rank - 1;
}

/// Functions in C begin with it.
static llvm::Expected<std::string>
getFunctionName(const NormKernelOptions &options) {
  StringRef given = options.name;
  if (!given.empty()) {
    const auto isPart = [](char c) { return llvm::isAlnum(c) || c == '_'; };
    if (!llvm::all_of(given, isPart) || llvm::isDigit(given.front()))
      return llvm::createStringError(
          "--kernel-name expects an identifier of C, but got '" + given + "'");
    return options.name;
  }
  std::string name = options.kernel;
  for (const std::string &fusion : options.fuse)
    name += "_" + fusion;
  return name;
}

llvm::Expected<OwningOpRef<ModuleOp>>
bnopt::buildNormKernel(const NormKernelOptions &options, MLIRContext *context) {
  const auto *kernel = llvm::find_if(
      kernels, [&](auto &known) { return known.name == options.kernel; });
  if (kernel == std::end(kernels))
    return llvm::createStringError("unknown kernel '" + options.kernel +
                                   "'; known kernels are " +
                                   llvm::join(getNormKernelNames(), ", "));
  if (llvm::Error error = checkApplicable(options, *kernel))
    return error;
  if (llvm::Error error = checkNumbers(options))
    return error;
  std::vector<int64_t> shape = options.shape;
  auto axis = placeAxis(options, *kernel, shape);
  if (!axis)
    return axis.takeError();
  if (llvm::Error error = checkGroups(options, *kernel, shape[*axis]))
    return error;
  auto elementType = getElementType(options.type, context);
  if (!elementType)
    return elementType.takeError();
  auto fusions = expandFusions(options.fuse);
  if (!fusions)
    return fusions.takeError();
  auto name = getFunctionName(options);
  if (!name)
    return name.takeError();
  NormKernelBuilder builder{options, NormKernelFunction(*name, context),
                            RankedTensorType::get(shape, *elementType), *axis,
                            std::move(*fusions)};
  if (isTransposed(options, *kernel))
    builder.function.transposeData();
  if (failed(kernel->build(builder)))
    return llvm::createStringError("cannot build kernel '" + options.kernel +
                                   "'");
  return builder.function.finish();
}
