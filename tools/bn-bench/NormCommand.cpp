//===- NormCommand.cpp - bn-bench norm ------------------------------------===//

#include "NormCommand.h"

#include "NormReport.h"

#include "compiler/link/OutputFile.h"

#include "llvm/ADT/STLExtras.h"

using namespace bnopt;
namespace cl = llvm::cl;

cl::SubCommand
    bnopt::normCommand("norm",
                       "Batch norm in training with a ReLU behind it, or "
                       "its relatives, beside the memory and PyTorch");

static cl::OptionCategory category("bn-bench norm");

static cl::list<NormKind> kinds(
    "kernels", cl::desc("Norms (default: batch_norm)"),
    cl::values(
        clEnumValN(NormKind::Batch, "batch_norm",
                   "in training, with a ReLU behind it"),
        clEnumValN(NormKind::Layer, "layer_norm", "over the last dimension"),
        clEnumValN(NormKind::RMS, "rms_norm", "over the last dimension"),
        clEnumValN(NormKind::Group, "group_norm", "of --groups groups"),
        clEnumValN(NormKind::Instance, "instance_norm", "of each channel")),
    cl::CommaSeparated, cl::cat(category), cl::sub(normCommand));
static cl::opt<int64_t> groups("groups",
                               cl::desc("Groups of a group norm (default: 32)"),
                               cl::value_desc("count"), cl::init(32),
                               cl::cat(category), cl::sub(normCommand));
static cl::list<std::string> shapeOption(
    "shapes",
    cl::desc("Sizes as NxCx..., of layer and RMS norm as they lie in memory "
             "(default: all batch norms of ResNet-50 v1.5 at batch 32, and "
             "sizes that the other norms are met with)"),
    cl::value_desc("sizes,..."), cl::CommaSeparated, cl::cat(category),
    cl::sub(normCommand));
static cl::opt<bool>
    quick("quick",
          cl::desc("Of batch norm three shapes: the largest, a middle one, "
                   "and the last"),
          cl::cat(category), cl::sub(normCommand));
static cl::list<ChannelOrder> layouts(
    "layouts", cl::desc("Orders in memory (default: both)"),
    cl::values(clEnumValN(ChannelOrder::Last, "nhwc", "channels last"),
               clEnumValN(ChannelOrder::First, "nchw", "channels first")),
    cl::CommaSeparated, cl::cat(category), cl::sub(normCommand));
static cl::list<Direction> directions(
    "directions", cl::desc("Passes (default: both)"),
    cl::values(clEnumValN(Direction::Forward, "forward", "with statistics"),
               clEnumValN(Direction::Backward, "backward",
                          "to input, scale and offset")),
    cl::CommaSeparated, cl::cat(category), cl::sub(normCommand));
static cl::list<int> threadOption("threads",
                                  cl::desc("Numbers of threads (default: 1,2)"),
                                  cl::value_desc("count,..."),
                                  cl::CommaSeparated, cl::cat(category),
                                  cl::sub(normCommand));
static cl::list<std::string> rivalOption(
    "rivals",
    cl::desc("PyTorch's ways: eager, compile, or none (default: both, if "
             "tools/setup --with-torch has been run, or BNOPT_TORCH_PYTHON "
             "names a Python that has PyTorch)"),
    cl::value_desc("way,..."), cl::CommaSeparated, cl::cat(category),
    cl::sub(normCommand));
static cl::opt<std::string> svg("svg",
                                cl::desc("Draw the roofline into this file"),
                                cl::value_desc("file"), cl::cat(category),
                                cl::sub(normCommand));
static cl::opt<bool>
    list("list", cl::desc("Print the shapes instead of measuring them"),
         cl::cat(category), cl::sub(normCommand));
static cl::opt<bool>
    check("check",
          cl::desc("End with status 1 where a limit is missed, or was not "
                   "measured"),
          cl::cat(category), cl::sub(normCommand));

static int fail(llvm::Error error) {
  llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
  return 1;
}

static llvm::Expected<std::vector<std::vector<int64_t>>>
getSizes(NormKind kind) {
  const auto all = getUsualNormSizes(kind);
  if (quick && !shapeOption.empty())
    return llvm::createStringError("--quick names three shapes of its own, and "
                                   "cannot be used with --shapes");
  if (quick && kind == NormKind::Batch)
    return std::vector{all.front(), all[all.size() / 2 - 1], all.back()};
  if (shapeOption.empty())
    return all;
  std::vector<std::vector<int64_t>> result;
  for (const std::string &text : shapeOption) {
    auto sizes = parseNormKernelShape(text);
    if (!sizes)
      return sizes.takeError();
    if (sizes->size() < 2)
      return llvm::createStringError("--shapes expects batch and channels at "
                                     "least, but got '" +
                                     text + "'");
    result.push_back(std::move(*sizes));
  }
  return result;
}

/// The rivals that were asked for, and whether they are there.
static llvm::Error addRivals(NormBenchOptions &options) {
  std::vector<std::string> wanted(rivalOption.begin(), rivalOption.end());
  for (const std::string &rival : wanted)
    if (rival != "eager" && rival != "compile" && rival != "none")
      return llvm::createStringError("unknown rival '" + rival +
                                     "'; known rivals are eager, compile, "
                                     "none");
  if (llvm::is_contained(wanted, "none") && wanted.size() > 1)
    return llvm::createStringError("--rivals=none goes with nothing else");
  if (llvm::is_contained(wanted, "none"))
    return llvm::Error::success();
  const auto python = findTorchPython();
  if (!python && wanted.empty()) {
    llvm::errs() << "note: without PyTorch, which tools/setup --with-torch "
                    "installs\n";
    return llvm::Error::success();
  }
  if (!python)
    return llvm::createStringError("no PyTorch was found; run tools/setup "
                                   "--with-torch or set BNOPT_TORCH_PYTHON");
  options.python = *python;
  options.rivals =
      wanted.empty() ? std::vector<std::string>{"eager", "compile"} : wanted;
  return llvm::Error::success();
}

static llvm::Error addShapes(NormBenchOptions &options) {
  std::vector<NormKind> wanted(kinds.begin(), kinds.end());
  if (wanted.empty())
    wanted = {NormKind::Batch};
  std::vector<ChannelOrder> orders(layouts.begin(), layouts.end());
  if (orders.empty())
    orders = {ChannelOrder::Last, ChannelOrder::First};
  for (NormKind kind : wanted) {
    auto sizes = getSizes(kind);
    if (!sizes)
      return sizes.takeError();
    for (const std::vector<int64_t> &shape : *sizes) {
      if (kind == NormKind::Group && (groups < 1 || shape[1] % groups != 0))
        return llvm::createStringError(
            "--groups expects a divisor of " + std::to_string(shape[1]) +
            " channels, but got " + std::to_string(groups));
      for (ChannelOrder order : orders) {
        options.shapes.push_back({shape, order, kind, groups});
        // Rows lie in one order only.
        if (options.shapes.back().isOfRows())
          break;
      }
    }
  }
  return llvm::Error::success();
}

static llvm::Expected<NormBenchOptions> getOptions(const BenchOptions &common) {
  NormBenchOptions options;
  if (llvm::Error error = addShapes(options))
    return error;
  options.threads.assign(threadOption.begin(), threadOption.end());
  if (options.threads.empty())
    options.threads = {1, 2};
  for (int threads : options.threads)
    if (threads < 1)
      return llvm::createStringError("--threads expects numbers of at least 1, "
                                     "but got %d",
                                     threads);
  options.directions.assign(directions.begin(), directions.end());
  if (options.directions.empty())
    options.directions = {Direction::Forward, Direction::Backward};
  options.target = common.target;
  options.seconds = common.seconds;
  if (llvm::Error error = addRivals(options))
    return error;
  return options;
}

int bnopt::runNorm(const BenchOptions &common) {
  auto options = getOptions(common);
  if (!options)
    return fail(options.takeError());
  if (list) {
    for (const NormShape &shape : options->shapes)
      llvm::outs() << shape.sizeText() << " " << shape.nameText() << "\n";
    return 0;
  }
  // The linker of the kernels resets all options of the command line.
  const std::string svgPath = svg;
  const bool isChecked = check;
  if (!common.json)
    printNormHead(!options->rivals.empty(), llvm::outs());
  std::vector<NormResult> results;
  llvm::Error error = runNormBench(*options, [&](NormResult result) {
    if (!common.json)
      printNormLine(result, llvm::outs());
    results.push_back(std::move(result));
  });
  if (error)
    return fail(std::move(error));
  if (common.json) {
    llvm::json::Array array;
    for (const NormResult &result : results)
      array.push_back(toJson(result));
    llvm::outs() << llvm::json::Value(
                        llvm::json::Object{{"norms", std::move(array)}})
                 << "\n";
  } else {
    printNormSummary(results, llvm::outs());
  }
  if (!svgPath.empty())
    if (llvm::Error error = writeOutput(svgPath, [&](llvm::raw_ostream &os) {
          printRooflineSvg(results, os);
        }))
      return fail(std::move(error));
  return isChecked && getVerdict(results) != Verdict::Passed ? 1 : 0;
}
