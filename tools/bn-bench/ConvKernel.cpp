//===- ConvKernel.cpp - A convolution kernel to measure -------------------===//

#include "ConvKernel.h"

#include "compiler/halide/HalideTarget.h"
#include "dialect/AllDialects.h"
#include "dialect/Kernel/KernelLayouts.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include <chrono>

using namespace mlir;
using namespace bnopt;

double ConvShape::flops() const {
  return 2.0 * window * window * (double(inputs) / groups) * outputs *
         outputHeight() * outputWidth() * batch;
}

std::string ConvShape::name() const {
  std::string text = llvm::formatv("{0}x{0} {1}->{2} {3}x{4}", window, inputs,
                                   outputs, height, width)
                         .str();
  if (stride != 1)
    text += llvm::formatv(" /{0}", stride).str();
  if (groups != 1)
    text += llvm::formatv(" groups {0}", groups).str();
  if (direction == ConvDirection::InputGradient)
    text += llvm::formatv(" dx n{0}", batch).str();
  if (direction == ConvDirection::WeightGradient)
    text += llvm::formatv(" dw n{0}", batch).str();
  return text;
}

/// The tile that `bn-choose-schedules` takes for a kernel that owns its result.
static Tile chooseConvTile(const ConvShape &shape, const Target &target) {
  TileProblem problem;
  problem.outputChannels = shape.outputs;
  problem.groups = shape.groups;
  problem.rowPixels = shape.outputWidth();
  if (shape.window == 1 && shape.stride == 1 && shape.pad == 0)
    problem.rowPixels *= shape.outputHeight();
  problem.inputStepBytes = shape.inputs * shape.stride * sizeof(float);
  Tile tile = chooseTile(problem, getVectorUnit(target));
  if (shape.groups == shape.inputs && shape.groups > 1)
    tile.channels = shape.outputs;
  return tile;
}

static SmallVector<int64_t> getInputHalo(const ConvShape &shape) {
  return {0, 0, 0, 0, shape.pad, shape.pad, shape.pad, shape.pad};
}

static std::string getLayoutText(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> halo) {
  auto join = [](ArrayRef<int64_t> values) {
    std::string text;
    for (int64_t value : values)
      text += (text.empty() ? "" : ", ") + std::to_string(value);
    return text;
  };
  return "{kernel.layout = #kernel.layout<strides = [" +
         join(kernel::getChannelsLastStrides(shape, halo)) + "], halo = [" +
         join(halo) + "]>}";
}

static std::string getKernelText(const ConvShape &shape, const Tile &tile) {
  SmallVector<int64_t> input = {1, shape.inputs, shape.height, shape.width};
  SmallVector<int64_t> result = {1, shape.outputs, shape.outputHeight(),
                                 shape.outputWidth()};
  std::string x =
      llvm::formatv("tensor<1x{0}x{1}x{2}xf32>", input[1], input[2], input[3]);
  std::string y = llvm::formatv("tensor<1x{0}x{1}x{2}xf32>", result[1],
                                result[2], result[3]);
  std::string w = llvm::formatv("tensor<{0}x{1}x{2}x{2}xf32>", shape.outputs,
                                shape.inputs / shape.groups, shape.window);
  std::string b = llvm::formatv("tensor<{0}xf32>", shape.outputs);
  SmallVector<int64_t> noHalo(8, 0);
  return llvm::formatv(
             "kernel.func @conv(%x: {0} {1}, %w: {2} {{kernel.layout = "
             "#kernel.packed<tile = {3}>}, %b: {4}) -> ({5} {6}) attributes "
             "{{schedule = #kernel.direct<channels = {3}, pixels = {7}>} {{\n",
             x, getLayoutText(input, getInputHalo(shape)), w, tile.channels, b,
             y, getLayoutText(result, noHalo), tile.pixels)
             .str() +
         llvm::formatv(
             "  %0 = nn.conv %x, %w bias %b strides [{0}, {0}] pads "
             "[{1}, {1}, {1}, {1}] groups {2} : ({3}, {4}, {5}) -> {6}\n"
             "  %1 = nn.relu %0 : {6}\n  kernel.return %1 : {6}\n}\n",
             shape.stride, shape.pad, shape.groups, x, w, b, y)
             .str();
}

/// Elements of the three arguments and the result in memory.
static SmallVector<int64_t> getBufferSizes(const ConvShape &shape,
                                           const Tile &tile) {
  int64_t tiles = llvm::divideCeil(shape.outputs, tile.channels);
  return {shape.inputs * (shape.height + 2 * shape.pad) *
              (shape.width + 2 * shape.pad),
          tiles * tile.channels * (shape.inputs / shape.groups) * shape.window *
              shape.window,
          shape.outputs,
          shape.outputs * shape.outputHeight() * shape.outputWidth()};
}

llvm::Error ConvKernel::load(ModuleOp module, const ConvShape &shape,
                             ArrayRef<int64_t> sizes, const Target &target,
                             int threads) {
  auto start = std::chrono::steady_clock::now();
  auto kernels = emitKernels(module, target, {});
  seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  if (failed(kernels))
    return llvm::createStringError("cannot compile convolution " +
                                   shape.name());
  if (auto error = LoadedKernels::load(*kernels, target).moveInto(loaded))
    return error;
  if (auto error = loaded->setThreads(threads))
    return error;
  if (auto error = loaded->lookup(kernels->front().symbol).moveInto(function))
    return error;
  constexpr size_t cacheLine = 64;
  for (int64_t size : sizes) {
    // Kernels compiled without assertions read nothing but the address.
    memory.emplace_back(size + cacheLine / sizeof(float), 0.01f);
    auto buffer = std::make_unique<halide_buffer_t>();
    buffer->host = reinterpret_cast<uint8_t *>(
        llvm::alignAddr(memory.back().data(), llvm::Align(cacheLine)));
    arguments.push_back(buffer.get());
    buffers.push_back(std::move(buffer));
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<ConvKernel>>
ConvKernel::build(const ConvShape &shape, const Target &target, int threads) {
  if (shape.direction != ConvDirection::Forward)
    return buildGradient(shape, target, threads);
  auto result = std::make_unique<ConvKernel>();
  result->chosen = chooseConvTile(shape, target);
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  auto module = parseSourceString<ModuleOp>(
      getKernelText(shape, result->chosen), ParserConfig(&context));
  if (!module)
    return llvm::createStringError("cannot describe convolution " +
                                   shape.name());
  if (auto error =
          result->load(*module, shape, getBufferSizes(shape, result->chosen),
                       target, threads))
    return std::move(error);
  return std::move(result);
}

double ConvKernel::measure() {
  auto start = std::chrono::steady_clock::now();
  callKernel(function, arguments);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}
