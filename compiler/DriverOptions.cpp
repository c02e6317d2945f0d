//===- DriverOptions.cpp - What the command line asks for -----------------===//

#include "compiler/DriverOptions.h"

#include "compiler/norms/CommandLine.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ManagedStatic.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace bnopt;
namespace cl = llvm::cl;

namespace {
enum class CacheMode { Disk, None };
enum class Sanitizer { None, Thread };
/// What `--bnff` takes.
enum class Fission { None, Split, Share, Epilogue, All };

struct CommandLine {
  cl::OptionCategory category{"Compilation",
                              "Compile a model: bn-opt MODEL.onnx -o MODEL.so"};

  cl::opt<OutputKind> emit{
      "emit",
      cl::desc("Kind of output (default: from the suffix of the output)"),
      cl::values(
          clEnumValN(OutputKind::MLIR, "mlir", "IR as text (.mlir)"),
          clEnumValN(OutputKind::MLIRBytecode, "mlirbc",
                     "IR as bytecode (.mlirbc)"),
          clEnumValN(OutputKind::LLVMIR, "ll",
                     "LLVM IR of the host function (.ll)"),
          clEnumValN(OutputKind::Statements, "stmt",
                     "Halide's statements of the kernels (.stmt)"),
          clEnumValN(OutputKind::Assembly, "asm",
                     "assembly of host function and kernels (.s)"),
          clEnumValN(OutputKind::Object, "object",
                     "one relocatable object (.o)"),
          clEnumValN(OutputKind::Archive, "archive", "static library (.a)"),
          clEnumValN(OutputKind::SharedLibrary, "library",
                     "shared library (.so)")),
      cl::cat(category)};
  cl::opt<Phase> stopAfter{
      "stop-after", cl::desc("Stop after a phase and write the IR"),
      cl::values(
          clEnumValN(Phase::Import, "import", "the model as it was read"),
          clEnumValN(Phase::Differentiate, "differentiate",
                     "the backward part appended"),
          clEnumValN(Phase::Fold, "fold", "normalizations folded"),
          clEnumValN(Phase::Fuse, "fuse", "kernels formed"),
          clEnumValN(Phase::Lower, "lower", "layouts and memory planned")),
      cl::cat(category)};
  cl::opt<std::string> target{"target",
                              cl::desc("Machine to generate code for: native, "
                                       "x86-64-v2, x86-64-v3, x86-64-v4"),
                              cl::value_desc("name"), cl::init("native"),
                              cl::cat(category)};
  cl::list<std::string> inputShapes{
      "input-shape",
      cl::desc("Fix the shape of an input, as in data=1x3x224x224"),
      cl::value_desc("name=shape"), cl::cat(category)};
  cl::opt<std::string> report{
      "report",
      cl::desc(
          "Write what became of each normalization, kernels, memory and "
          "times: as .json, as a page (.html) or as text (.txt); - is JSON "
          "on standard output"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<bool> summary{
      "summary",
      cl::desc(
          "Print what became of each normalization, and the memory traffic "
          "of each kernel, to standard error"),
      cl::cat(category)};
  cl::opt<double> foldTolerance{
      "fold-tolerance",
      cl::desc("Largest rounding error of folded weights, relative to the sum "
               "of the terms of a result (default: 1e-6)"),
      cl::value_desc("ratio"), cl::init(FoldOptions().tolerance),
      cl::cat(category)};
  cl::opt<int64_t> borderMapLimit{
      "border-map-limit",
      cl::desc("Largest constant that is added for a shift at the borders of a "
               "padded window (default: 65536)"),
      cl::value_desc("elements"), cl::init(FoldOptions().borderMapLimit),
      cl::cat(category)};
  cl::list<std::string> keep{
      "keep-bn",
      cl::desc("Nodes whose normalizations are not folded; --summary lists the "
               "names"),
      cl::value_desc("name,..."), cl::CommaSeparated, cl::cat(category)};
  cl::opt<InvalidParameters> invalid{
      "invalid-bn",
      cl::desc("What to do with a batch normalization that has no finite scale "
               "and shift"),
      cl::values(
          clEnumValN(InvalidParameters::Error, "error",
                     "refuse the model (default)"),
          clEnumValN(InvalidParameters::Keep, "keep",
                     "warn, and compute it at run time, as NaN that a relu "
                     "makes 0 of")),
      cl::init(InvalidParameters::Error), cl::cat(category)};
  cl::opt<bool> validate{
      "validate",
      cl::desc("Compare the folded model with the model in the reference "
               "interpreter before code is generated"),
      cl::cat(category)};
  cl::opt<double> validateTolerance{
      "validate-tolerance",
      cl::desc("Largest difference for --validate, relative to the largest "
               "value of an output (default: four times the bounds of all "
               "folds, 1e-5 at least)"),
      cl::value_desc("ratio"), cl::cat(category)};
  cl::opt<bool> refreshable{
      "refreshable",
      cl::desc("Emit <model>_refresh too, which takes new values for the "
               "model's initializers, without compiling again. Folds only what "
               "holds for all values; normalizations that are written out in "
               "other operators are not recognized as such"),
      cl::cat(category)};
  cl::opt<GradientsOf> differentiate{
      "differentiate",
      cl::desc("Compute gradients too: for each output an input "
               "OUTPUT.gradient, for each input and initializer an output "
               "NAME.gradient. Normalizations that are not in training mode "
               "keep their mean and variance"),
      cl::ValueOptional,
      cl::values(
          clEnumValN(GradientsOf::All, "all",
                     "of inputs and initializers (default)"),
          clEnumValN(GradientsOf::Inputs, "inputs", "of inputs"),
          clEnumValN(GradientsOf::Parameters, "parameters", "of initializers"),
          clEnumValN(GradientsOf::All, "", "")),
      cl::init(GradientsOf::All),
      cl::cat(category)};
  cl::opt<int64_t> recomputeBudget{
      "recompute-budget",
      cl::desc("Activations that --differentiate keeps for the backward part; "
               "what is cheap is computed again instead (default: no limit)"),
      cl::value_desc("bytes"), cl::init(-1), cl::cat(category)};
  cl::list<Fission> bnff{
      "bnff", cl::CommaSeparated, cl::cat(category),
      cl::desc("Fission and fusion of batch norms that train (default: all)"),
      cl::values(clEnumValN(Fission::Split, "split", "normalize in loads"),
                 clEnumValN(Fission::Share, "share", "each statistic once"),
                 clEnumValN(Fission::Epilogue, "epilogue",
                            "take statistics where the data are computed"),
                 clEnumValN(Fission::All, "all", "all of them"),
                 clEnumValN(Fission::None, "none", "one kernel each"))};
  cl::opt<CacheMode> cache{
      "cache",
      cl::desc("Where generated kernels are kept for the next compilation"),
      cl::values(
          clEnumValN(CacheMode::Disk, "disk", "in --cache-dir (default)"),
          clEnumValN(CacheMode::None, "none", "nowhere")),
      cl::init(CacheMode::Disk), cl::cat(category)};
  cl::opt<std::string> cacheDirectory{
      "cache-dir",
      cl::desc("Folder of the kernel cache (default: bn-opt in the user's "
               "cache folder)"),
      cl::value_desc("folder"), cl::cat(category)};
  cl::opt<unsigned> threads{
      "compile-threads",
      cl::desc(
          "Kernels generated at the same time (default: one per processor)"),
      cl::value_desc("count"), cl::init(0), cl::cat(category)};
  cl::opt<Sanitizer> sanitize{
      "sanitize", cl::desc("Instrument the generated code"),
      cl::values(
          clEnumValN(Sanitizer::None, "none", "not at all (default)"),
          clEnumValN(
              Sanitizer::Thread, "thread",
              "for ThreadSanitizer; link the output with -fsanitize=thread")),
      cl::init(Sanitizer::None), cl::cat(category)};

  cl::OptionCategory interpretation{"Interpretation",
                                    "Run a model in the reference interpreter"};
  cl::opt<bool> interpret{
      "interpret",
      cl::desc("Interpret the model in f64 instead of compiling it"),
      cl::cat(interpretation)};
  cl::list<std::string> inputs{
      "input",
      cl::desc("Tensor file (.npy) for an input; the others are random"),
      cl::value_desc("name=file"), cl::cat(interpretation)};
  cl::opt<std::string> output{
      "output", cl::desc("Folder for one NAME.npy per output"),
      cl::value_desc("folder"), cl::init("."), cl::cat(interpretation)};
  cl::opt<uint64_t> seed{"seed", cl::desc("Seed of the random inputs"),
                         cl::init(0), cl::cat(interpretation)};
};
} // namespace

static llvm::ManagedStatic<CommandLine> commandLine;

void bnopt::registerDriverOptions() {
  // LLVM's code generator has an option of the same name, for its own passes.
  if (cl::Option *option = cl::getRegisteredOptions().lookup("stop-after"))
    option->removeArgument();
  *commandLine;
  registerNormKernelOptions();
}

static std::string getDefaultCacheDirectory() {
  llvm::SmallString<128> path;
  if (!llvm::sys::path::cache_directory(path))
    return "";
  llvm::sys::path::append(path, "bn-opt");
  return path.str().str();
}

static bool isGiven(const cl::Option &option) {
  return option.getNumOccurrences() > 0;
}

static TrainingFusion getTrainingFusion(llvm::ArrayRef<Fission> fissions) {
  const bool isAll = llvm::is_contained(fissions, Fission::All);
  return {isAll || llvm::is_contained(fissions, Fission::Split),
          isAll || llvm::is_contained(fissions, Fission::Share),
          isAll || llvm::is_contained(fissions, Fission::Epilogue)};
}

llvm::Expected<DriverOptions> bnopt::getDriverOptions(std::string inputPath,
                                                      std::string outputPath) {
  const CommandLine &line = *commandLine;
  DriverOptions options;
  if (llvm::Error error = getNormKernelOptions().moveInto(options.kernel))
    return error;
  options.inputPath = std::move(inputPath);
  options.outputPath = std::move(outputPath);
  if (line.emit.getNumOccurrences())
    options.emit = line.emit;
  if (line.stopAfter.getNumOccurrences())
    options.stopAfter = line.stopAfter;
  options.target = line.target;
  if (line.cache == CacheMode::Disk)
    options.cacheDirectory = line.cacheDirectory.empty()
                                 ? getDefaultCacheDirectory()
                                 : line.cacheDirectory.getValue();
  options.reportPath = line.report;
  options.summary = line.summary;
  options.validate = line.validate;
  if (line.validateTolerance.getNumOccurrences())
    options.validateTolerance = line.validateTolerance;
  options.inputShapes.assign(line.inputShapes.begin(), line.inputShapes.end());
  options.fold.tolerance = line.foldTolerance;
  options.fold.borderMapLimit = line.borderMapLimit;
  options.fold.keep.assign(line.keep.begin(), line.keep.end());
  options.fold.invalid = line.invalid;
  if (line.differentiate.getNumOccurrences())
    options.differentiation =
        DifferentiationOptions{line.differentiate, line.recomputeBudget};
  if (isGiven(line.bnff))
    options.trainingFusion = getTrainingFusion(line.bnff);
  options.refreshable = line.refreshable;
  options.sanitizeThread = line.sanitize == Sanitizer::Thread;
  options.threads = line.threads;
  options.interpret = line.interpret;
  options.interpreterInputs.assign(line.inputs.begin(), line.inputs.end());
  options.interpreterOutput = line.output;
  options.seed = line.seed;
  return options;
}

bool bnopt::hasCompilationOptions() {
  const CommandLine &line = *commandLine;
  return hasNormKernelOptions() || isGiven(line.emit) ||
         isGiven(line.stopAfter) || isGiven(line.target) ||
         isGiven(line.inputShapes) || isGiven(line.report) ||
         isGiven(line.refreshable) || isGiven(line.summary) ||
         isGiven(line.foldTolerance) || isGiven(line.borderMapLimit) ||
         isGiven(line.keep) || isGiven(line.invalid) ||
         isGiven(line.validate) || isGiven(line.differentiate) ||
         isGiven(line.recomputeBudget) || isGiven(line.bnff) ||
         isGiven(line.validateTolerance) || isGiven(line.interpret) ||
         isGiven(line.inputs) || isGiven(line.output) || isGiven(line.seed);
}

using OptionList = llvm::SmallVector<std::reference_wrapper<const cl::Option>>;

/// What a user has asked for should not be left undone silently.
static llvm::Error refuse(const OptionList &options, const char *where) {
  for (const cl::Option &option : options)
    if (isGiven(option))
      return llvm::createStringError("--%s has no effect %s",
                                     option.ArgStr.str().c_str(), where);
  return llvm::Error::success();
}

/// Whether every option has something to have an effect on.
static llvm::Error checkCombinations(bool hasPasses) {
  const CommandLine &line = *commandLine;
  const OptionList folding = {line.keep, line.invalid, line.foldTolerance,
                              line.borderMapLimit};
  if (llvm::is_contained(line.bnff, Fission::None) && line.bnff.size() > 1)
    return llvm::createStringError("--bnff=none goes with nothing else");
  OptionList phases = {line.stopAfter, line.target,   line.report,
                       line.summary,   line.validate, line.bnff};
  phases.append(folding);
  if (line.interpret) {
    if (hasPasses)
      return llvm::createStringError(
          "--interpret runs the model as it is, not the passes that are named");
    phases.append({line.emit, line.refreshable, line.differentiate});
    return refuse(phases, "with --interpret");
  }
  if (llvm::Error error =
          refuse({line.inputs, line.output}, "without --interpret"))
    return error;
  if (hasPasses) {
    phases.append({line.differentiate, line.recomputeBudget});
    if (llvm::Error error = refuse(
            phases, "with passes, which take the place of a compilation"))
      return error;
  }
  if (!isGiven(line.differentiate))
    if (llvm::Error error =
            refuse({line.recomputeBudget}, "without --differentiate"))
      return error;
  if (!line.validate)
    if (llvm::Error error =
            refuse({line.seed}, "without --interpret or --validate"))
      return error;
  if (!isGiven(line.stopAfter))
    return llvm::Error::success();
  if (line.stopAfter < Phase::Fuse)
    if (llvm::Error error = refuse({line.bnff}, "before the fuse phase"))
      return error;
  if (line.stopAfter == Phase::Import) {
    OptionList later = {line.differentiate};
    later.append(folding);
    return refuse(later, "with --stop-after=import");
  }
  if (line.stopAfter == Phase::Differentiate) {
    if (!isGiven(line.differentiate))
      return llvm::createStringError(
          "--stop-after=differentiate needs --differentiate");
    return refuse(folding, "with --stop-after=differentiate");
  }
  return llvm::Error::success();
}

/// A kernel takes the place of a model in a file.
static llvm::Error checkKernel(const DriverOptions &options) {
  const CommandLine &line = *commandLine;
  if (!options.kernel)
    return llvm::Error::success();
  if (options.inputPath != "-")
    return llvm::createStringError("--kernel takes the place of a model, but "
                                   "'" +
                                   options.inputPath + "' is given too");
  return refuse({line.inputShapes, line.refreshable}, "with --kernel");
}

/// Fails if `value`, where given, is no limit of an error. One that is not a
/// number would let nothing through, and infinity all, silently.
static llvm::Error checkTolerance(const char *option,
                                  std::optional<double> value) {
  if (!value || (*value >= 0 && std::isfinite(*value)))
    return llvm::Error::success();
  return llvm::createStringError("%s expects a finite number that is not "
                                 "negative, but got %g",
                                 option, *value);
}

llvm::Error bnopt::checkDriverOptions(const DriverOptions &options,
                                      bool hasPasses) {
  if (llvm::Error error = checkKernel(options))
    return error;
  if (llvm::Error error =
          checkTolerance("--fold-tolerance", options.fold.tolerance))
    return error;
  if (llvm::Error error =
          checkTolerance("--validate-tolerance", options.validateTolerance))
    return error;
  if (options.fold.borderMapLimit < 0)
    return llvm::createStringError(
        "--border-map-limit expects a number of elements that is not negative, "
        "but got %lld",
        static_cast<long long>(options.fold.borderMapLimit));
  if (options.validateTolerance && !options.validate)
    return llvm::createStringError(
        "--validate-tolerance has no effect without --validate");
  if (options.validate && options.stopAfter && *options.stopAfter < Phase::Fold)
    return llvm::createStringError(
        "--validate needs the fold phase, but --stop-after=%s ends before it",
        getPhaseName(*options.stopAfter).str().c_str());
  if (options.differentiation && isGiven(commandLine->recomputeBudget) &&
      options.differentiation->recomputeBudget < 0)
    return llvm::createStringError(
        "--recompute-budget expects a number of bytes that is not negative, "
        "but got %lld",
        static_cast<long long>(options.differentiation->recomputeBudget));
  if (options.outputPath == "-" && options.reportPath == "-")
    return llvm::createStringError("only one of -o and --report can be '-', "
                                   "standard output");
  return checkCombinations(hasPasses);
}
