//===- bn-bench.cpp - Measures kernels against the machine ----------------===//
//
// Kernel and peak are measured in turns, and the best of each counts: on a
// shared machine both get the same share of quiet moments.
//
//===----------------------------------------------------------------------===//

#include "ConvKernel.h"
#include "NormCommand.h"
#include "Peak.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>

using namespace bnopt;
namespace cl = llvm::cl;

static cl::OptionCategory category("bn-bench");

static cl::SubCommand
    peakCommand("peak", "Multiply-add peak and copy bandwidth of one core");
static cl::SubCommand convCommand("conv",
                                  "One convolution kernel beside the peak");
static cl::SubCommand
    kernelsCommand("kernels",
                   "The kernels that are held to a share of the peak: two "
                   "convolutions, and gradients of ResNet-50's at batch 8");

static cl::opt<bool> json("json",
                          cl::desc("Print one JSON object instead of text"),
                          cl::cat(category), cl::sub(cl::SubCommand::getAll()));
static cl::opt<std::string> targetName(
    "target",
    cl::desc("native, x86-64-v2, x86-64-v3 or x86-64-v4 (default: native)"),
    cl::value_desc("name"), cl::init("native"), cl::cat(category),
    cl::sub(cl::SubCommand::getAll()));
static cl::opt<double>
    secondsOption("seconds",
                  cl::desc("Time to measure each kernel for (default: 1)"),
                  cl::value_desc("s"), cl::init(1.0), cl::cat(category),
                  cl::sub(cl::SubCommand::getAll()));
static cl::opt<unsigned>
    threads("threads", cl::desc("Threads that a kernel runs on (default: 1)"),
            cl::value_desc("count"), cl::init(1), cl::cat(category),
            cl::sub(convCommand), cl::sub(kernelsCommand));
static cl::opt<std::string>
    shapeOption("shape", cl::desc("Input as CxHxW (default: 64x56x56)"),
                cl::value_desc("CxHxW"), cl::init("64x56x56"),
                cl::cat(category), cl::sub(convCommand));
static cl::opt<unsigned> outputs("outputs",
                                 cl::desc("Output channels (default: 64)"),
                                 cl::value_desc("count"), cl::init(64),
                                 cl::cat(category), cl::sub(convCommand));
static cl::opt<unsigned> window("window", cl::desc("Window size (default: 3)"),
                                cl::value_desc("pixels"), cl::init(3),
                                cl::cat(category), cl::sub(convCommand));
static cl::opt<unsigned> stride("stride", cl::desc("Stride (default: 1)"),
                                cl::value_desc("pixels"), cl::init(1),
                                cl::cat(category), cl::sub(convCommand));
static cl::opt<int> pad("pad",
                        cl::desc("Padding on each side (default: window / 2)"),
                        cl::value_desc("pixels"), cl::init(-1),
                        cl::cat(category), cl::sub(convCommand));
static cl::opt<unsigned> groups("groups", cl::desc("Groups (default: 1)"),
                                cl::value_desc("count"), cl::init(1),
                                cl::cat(category), cl::sub(convCommand));

namespace {
/// Best figures of one kernel and of the peak around it.
struct Measurement {
  ConvShape shape;
  Tile tile;
  double seconds, peak, compileSeconds;

  double gflops() const { return shape.flops() / seconds * 1e-9; }
  double share() const { return gflops() / peak; }
};
} // namespace

static int fail(const std::string &message) {
  llvm::errs() << "error: " << message << "\n";
  return 1;
}

template <typename Body>
static void repeatFor(double seconds, Body &&body) {
  auto end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  do
    body();
  while (std::chrono::steady_clock::now() < end);
}

static llvm::Expected<Measurement> measure(const ConvShape &shape,
                                           const Target &target) {
  auto kernel = ConvKernel::build(shape, target, threads);
  if (!kernel)
    return kernel.takeError();
  Measurement result{shape, (*kernel)->tile(), (*kernel)->measure(), 0,
                     (*kernel)->compileSeconds()};
  repeatFor(secondsOption, [&] {
    result.peak =
        std::max(result.peak, measurePeakBurst(target.level()) * threads);
    result.seconds = std::min(result.seconds, (*kernel)->measure());
  });
  return result;
}

static llvm::json::Object toJson(const Measurement &m) {
  return llvm::json::Object{
      {"kernel", m.shape.name()},     {"tile_channels", m.tile.channels},
      {"tile_pixels", m.tile.pixels}, {"min_us", m.seconds * 1e6},
      {"gflops", m.gflops()},         {"peak_gflops", m.peak},
      {"share", m.share()},           {"compile_ms", m.compileSeconds * 1e3}};
}

static int runPeak(const Target &target) {
  double gflops = 0, bandwidth = 0;
  repeatFor(secondsOption, [&] {
    gflops = std::max(gflops, measurePeakBurst(target.level()));
    bandwidth = std::max(bandwidth, measureCopy());
  });
  if (json) {
    llvm::outs() << llvm::json::Value(llvm::json::Object{
                        {"peak_gflops", gflops}, {"copy_gbs", bandwidth}})
                 << "\n";
    return 0;
  }
  llvm::outs() << llvm::formatv(
      "multiply-add peak  {0:F1} GFLOP/s (f32, one core, {1})\n"
      "copy of 64 MiB     {2:F1} GB/s read and written\n",
      gflops, target.name(), bandwidth);
  return 0;
}

static int runKernels(const Target &target, llvm::ArrayRef<ConvShape> shapes) {
  llvm::json::Array results;
  if (!json)
    llvm::outs() << llvm::formatv("{0,-32} {1,8} {2,10} {3,9} {4,9} {5,7}\n",
                                  "kernel", "tile", "time", "GFLOP/s", "peak",
                                  "share");
  for (const ConvShape &shape : shapes) {
    auto m = measure(shape, target);
    if (!m)
      return fail(llvm::toString(m.takeError()));
    if (json) {
      results.push_back(toJson(*m));
      continue;
    }
    std::string tile =
        llvm::formatv("{0}x{1}", m->tile.channels, m->tile.pixels);
    std::string time = llvm::formatv("{0:F1} us", m->seconds * 1e6);
    std::string gflops = llvm::formatv("{0:F1}", m->gflops());
    std::string peak = llvm::formatv("{0:F1}", m->peak);
    std::string share = llvm::formatv("{0:F1} %", 100 * m->share());
    llvm::outs() << llvm::formatv("{0,-32} {1,8} {2,10} {3,9} {4,9} {5,7}\n",
                                  shape.name(), tile, time, gflops, peak,
                                  share);
  }
  if (json)
    llvm::outs() << llvm::json::Value(
                        llvm::json::Object{{"kernels", std::move(results)}})
                 << "\n";
  return 0;
}

/// The convolution that the options describe.
static llvm::Expected<ConvShape> getShape() {
  ConvShape shape;
  llvm::SmallVector<llvm::StringRef> sizes;
  llvm::StringRef(shapeOption).split(sizes, 'x');
  if (sizes.size() != 3 || sizes[0].getAsInteger(10, shape.inputs) ||
      sizes[1].getAsInteger(10, shape.height) ||
      sizes[2].getAsInteger(10, shape.width))
    return llvm::createStringError("'--shape' expects CxHxW, but got '" +
                                   shapeOption + "'");
  shape.outputs = outputs;
  shape.window = window;
  shape.stride = stride;
  shape.pad = pad >= 0 ? int64_t(pad) : window / 2;
  shape.groups = groups;
  bool isPositive =
      std::min({shape.inputs, shape.outputs, shape.window, shape.stride,
                shape.groups}) > 0 &&
      std::min(shape.height, shape.width) + 2 * shape.pad >= shape.window;
  if (!isPositive)
    return llvm::createStringError("the window does not fit the padded input");
  if (shape.inputs % shape.groups || shape.outputs % shape.groups)
    return llvm::createStringError(
        "'--groups' expects a divisor of " + std::to_string(shape.inputs) +
        " input and " + std::to_string(shape.outputs) + " output channels");
  return shape;
}

/// Two convolutions at batch 1, and both gradients of ResNet-50's kinds of
/// convolutions at batch 8.
static llvm::SmallVector<ConvShape> getReferenceShapes() {
  llvm::SmallVector<ConvShape> shapes = {{64, 56, 56, 64, 3, 1, 1},
                                         {1024, 14, 14, 256, 1, 1, 0}};
  for (ConvShape shape :
       std::initializer_list<ConvShape>{{3, 224, 224, 64, 7, 2, 3},
                                        {64, 56, 56, 64, 3, 1, 1},
                                        {256, 56, 56, 64, 1, 1, 0},
                                        {64, 56, 56, 256, 1, 1, 0},
                                        {128, 56, 56, 128, 3, 2, 1},
                                        {256, 56, 56, 512, 1, 2, 0},
                                        {256, 14, 14, 256, 3, 1, 1},
                                        {512, 7, 7, 512, 3, 1, 1},
                                        {512, 7, 7, 2048, 1, 1, 0}}) {
    shape.batch = 8;
    for (ConvDirection direction :
         {ConvDirection::InputGradient, ConvDirection::WeightGradient}) {
      // Nobody asks for the gradient of an image.
      if (shape.inputs == 3 && direction == ConvDirection::InputGradient)
        continue;
      shape.direction = direction;
      shapes.push_back(shape);
    }
  }
  return shapes;
}

int main(int argc, char **argv) {
  for (cl::SubCommand *command : {&cl::SubCommand::getTopLevel(), &peakCommand,
                                  &convCommand, &kernelsCommand})
    cl::HideUnrelatedOptions({&category}, *command);
  cl::ParseCommandLineOptions(
      argc, argv, "measures generated kernels against the machine\n");
  auto target = Target::parse(targetName);
  if (!target)
    return fail(llvm::toString(target.takeError()));
  auto native = Target::parse("native");
  if (!native || target->level() > native->level())
    return fail("this machine cannot run code for '" + targetName + "'");
  if (normCommand)
    return runNorm({targetName, secondsOption, json});
  if (peakCommand)
    return runPeak(*target);
  if (convCommand) {
    auto shape = getShape();
    return shape ? runKernels(*target, *shape)
                 : fail(llvm::toString(shape.takeError()));
  }
  if (kernelsCommand)
    return runKernels(*target, getReferenceShapes());
  return fail("expects a command: peak, conv, kernels or norm; see --help");
}
