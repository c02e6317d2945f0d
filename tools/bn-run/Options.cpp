#include "tools/bn-run/Options.h"

#include "runtime/Tensor.h"

#include <charconv>
#include <cstdio>
#include <getopt.h>

namespace bnopt {

static constexpr char help[] =
    R"(bn-run: runs a compiled model, measures it, and compares it

usage: bn-run LIBRARY.so [options]

  --input NAME=FILE   read an input from a .npy file or an ONNX tensor (.pb); once
                      for each input; NAME= may be left out where there is one.
                      In .npy files, bf16 is type V2, as ml_dtypes saves it.
                      Inputs without a file get random data in [-1, 1)
  --output DIR        write each output to DIR/NAME.npy; characters such as '/'
                      become '_'
  --refresh FILE      first give the model new parameters, all of them, from a .npz
                      archive or the initializers of a .onnx model; the library
                      has to be compiled with --refreshable
  --threads N         threads that work on a run, 0 for all processors (default 1)
  --repeat N          measured runs (default 10)
  --warmup N          runs before those (default 2)
  --seed N            of the random data (default 0)
  --compare MODEL     run ONNX Runtime on MODEL and the same inputs, in turns with
                      the library; exit with status 1 if the outputs differ
  --compare reference compare with bn-opt's interpreter on the model that
                      --model names
  --model MODEL       the model for '--compare reference'
  --tolerance X       largest max |difference| / max |reference| that passes
                      (default 2e-5)
  --json              print one JSON object instead of text
  --help              print this

environment: BNOPT_PYTHON  the Python that has onnxruntime and numpy
)";

template <typename T>
static T parseNumber(const char *option, std::string_view text, T least) {
  T value{};
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least)
    throw RuntimeError(
        "option '--" + std::string(option) + "' expects a number of at least " +
        std::to_string(least) + ", but got '" + std::string(text) + "'");
  return value;
}

/// Names may hold '=' themselves less often than paths do.
static InputFile parseInput(const std::string &text) {
  size_t at = text.find('=');
  if (at == std::string::npos)
    return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

namespace {
enum OptionCode {
  OptCompare = 256,
  OptHelp,
  OptInput,
  OptJson,
  OptModel,
  OptOutput,
  OptRefresh,
  OptRepeat,
  OptSeed,
  OptThreads,
  OptTolerance,
  OptWarmup
};
} // namespace

static constexpr option longOptions[] = {
    {"compare", required_argument, nullptr, OptCompare},
    {"help", no_argument, nullptr, OptHelp},
    {"input", required_argument, nullptr, OptInput},
    {"json", no_argument, nullptr, OptJson},
    {"model", required_argument, nullptr, OptModel},
    {"output", required_argument, nullptr, OptOutput},
    {"refresh", required_argument, nullptr, OptRefresh},
    {"repeat", required_argument, nullptr, OptRepeat},
    {"seed", required_argument, nullptr, OptSeed},
    {"threads", required_argument, nullptr, OptThreads},
    {"tolerance", required_argument, nullptr, OptTolerance},
    {"warmup", required_argument, nullptr, OptWarmup},
    {nullptr, 0, nullptr, 0}};

static void applyOption(OptionCode code, const std::string &value,
                        RunOptions &options) {
  switch (code) {
  case OptHelp: // handled by the caller
    break;
  case OptCompare:
    options.peer = value == "reference" ? Peer::Reference : Peer::OnnxRuntime;
    if (options.peer == Peer::OnnxRuntime)
      options.model = value;
    break;
  case OptInput:
    options.inputs.push_back(parseInput(value));
    break;
  case OptJson:
    options.json = true;
    break;
  case OptModel:
    options.model = value;
    break;
  case OptOutput:
    options.outputFolder = value;
    break;
  case OptRefresh:
    if (value.empty())
      throw RuntimeError("option '--refresh' expects a file");
    options.refresh = value;
    break;
  case OptRepeat:
    options.repeat = parseNumber<int>("repeat", value, 1);
    break;
  case OptSeed:
    options.seed = parseNumber<uint64_t>("seed", value, 0);
    break;
  case OptThreads:
    options.threads = parseNumber<int>("threads", value, 0);
    break;
  case OptTolerance:
    options.tolerance = parseNumber<double>("tolerance", value, 0);
    break;
  case OptWarmup:
    options.warmup = parseNumber<int>("warmup", value, 0);
    break;
  }
}

std::optional<RunOptions> parseOptions(int argc, char **argv) {
  RunOptions options;
  opterr = 0;
  for (;;) {
    int code = getopt_long(argc, argv, "", longOptions, nullptr);
    if (code == -1)
      break;
    if (code == '?') {
      bool isShort = optopt > 0 && optopt < OptCompare;
      throw RuntimeError("unknown or incomplete option '" +
                         (isShort ? std::string{'-', char(optopt)}
                                  : std::string(argv[optind - 1])) +
                         "'; see --help");
    }
    if (code == OptHelp) {
      std::fputs(help, stdout);
      return std::nullopt;
    }
    applyOption(static_cast<OptionCode>(code), optarg ? optarg : "", options);
  }
  if (optind + 1 != argc)
    throw RuntimeError("expected one library, but got " +
                       std::to_string(argc - optind) + "; see --help");
  options.library = argv[optind];
  if (options.peer == Peer::Reference && options.model.empty())
    throw RuntimeError("'--compare reference' needs --model");
  return options;
}

} // namespace bnopt
