//===- Driver.cpp - The command line of bn-opt ----------------------------===//

#include "compiler/Driver.h"

#include "compiler/Compilation.h"
#include "compiler/DiagnosticPrinter.h"
#include "compiler/DriverOptions.h"
#include "compiler/RemarkStreamer.h"
#include "compiler/link/OutputFile.h"
#include "compiler/reference/RunInterpreter.h"
#include "dialect/AllDialects.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace bnopt;

static int reportError(llvm::Error error) {
  llvm::errs() << "error: " << llvm::toString(std::move(error)) << '\n';
  return EXIT_FAILURE;
}

/// Passes named on the command line.
static bool hasPasses(const MlirOptMainConfig &config, MLIRContext &context) {
  PassManager pm(&context);
  return succeeded(config.setupPassPipeline(pm)) && pm.size() > 0;
}

/// Everything but MLIR in, MLIR out, without any option of a compilation.
static bool isCompilation(const DriverOptions &options) {
  StringRef input = options.inputPath, output = options.outputPath;
  bool writesMLIR =
      output == "-" || output.ends_with(".mlir") || output.ends_with(".mlirbc");
  return hasCompilationOptions() || input.ends_with(".onnx") || !writesMLIR;
}

/// The remarks that the command line asks for, as lines among the diagnostics,
/// and for the report. Files of remarks are written in the way of mlir-opt
/// only.
static LogicalResult enableRemarks(const MlirOptMainConfig &config,
                                   const DriverOptions &options,
                                   Compilation &compilation,
                                   MLIRContext &context) {
  NormalizationRecords *records =
      options.reportsNormalizations() ? &compilation.getRecords() : nullptr;
  if (!config.shouldEmitRemarks() && !records)
    return success();
  remark::RemarkCategories shown;
  if (config.shouldEmitRemarks())
    shown = {config.getRemarksAllFilter(), config.getRemarksPassedFilter(),
             config.getRemarksMissedFilter(), config.getRemarksAnalyseFilter(),
             config.getRemarksFailedFilter()};
  return streamRemarks(context, records, shown);
}

static int interpret(Compilation &compilation, const DriverOptions &options) {
  if (failed(compilation.import()))
    return EXIT_FAILURE;
  return asMainReturnCode(reference::runInterpreter(
      compilation.getModule(), options.interpreterInputs,
      options.interpreterOutput, options.seed));
}

static int compile(const DriverOptions &options,
                   const MlirOptMainConfig &config, DialectRegistry &registry) {
  llvm::Expected<Target> target = Target::parse(options.target);
  if (!target)
    return reportError(target.takeError());
  // A compilation needs no guests: they are loaded by what mentions them.
  DialectRegistry own;
  registerAllDialects(own);
  MLIRContext context(own);
  context.loadAllAvailableDialects();
  context.appendDialectRegistry(registry);
  // The node says where; the operation in generic form helps only us.
  context.printOpOnDiagnostic(false);
  const bool runsPasses = hasPasses(config, context);
  if (llvm::Error error = checkDriverOptions(options, runsPasses))
    return reportError(std::move(error));
  DiagnosticPrinter printer(&context, llvm::errs());
  Compilation compilation(options, *target, &context);
  if (failed(enableRemarks(config, options, compilation, context)))
    return EXIT_FAILURE;
  if (options.interpret)
    return interpret(compilation, options);

  if (runsPasses) {
    auto addPasses = [&](PassManager &pm) {
      return config.setupPassPipeline(pm);
    };
    bool isBytecode = options.emit == OutputKind::MLIRBytecode ||
                      StringRef(options.outputPath).ends_with(".mlirbc");
    return asMainReturnCode(compilation.runPasses(
        addPasses, isBytecode ? OutputKind::MLIRBytecode : OutputKind::MLIR));
  }
  llvm::Expected<OutputKind> kind = resolveOutputKind(options);
  if (!kind)
    return reportError(kind.takeError());
  return asMainReturnCode(compilation.run(*kind));
}

/// Works as mlir-opt does; only the output is written as a compilation's is.
static int optimize(int argc, char **argv, StringRef input, StringRef output,
                    DialectRegistry &registry) {
  const auto config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(input, &message);
  if (!file)
    return reportError(llvm::createStringError(message));
  LogicalResult result = success();
  const auto run = [&](llvm::raw_ostream &os) {
    result = MlirOptMain(os, std::move(file), registry, config);
  };
  // What comes before an error is shown on a terminal, but makes no file.
  std::string text;
  if (output != "-") {
    llvm::raw_string_ostream stream(text);
    run(stream);
    if (failed(result))
      return EXIT_FAILURE;
  }
  llvm::Error error = writeOutput(output, [&](llvm::raw_ostream &os) {
    if (output == "-")
      run(os);
    else
      os << text;
  });
  return error ? reportError(std::move(error)) : asMainReturnCode(result);
}

int bnopt::runDriver(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  DialectRegistry registry;
  registerAllDialects(registry);
  registerGuestDialects(registry);
  registerBNOptPasses();
  registerPipelines();
  registerTransformsPasses();
  registerDriverOptions();
  auto [input, output] = registerAndParseCLIOptions(
      argc, argv, "bn-opt: compiler for networks with batch normalization\n",
      registry);
  llvm::Expected<DriverOptions> options = getDriverOptions(input, output);
  if (!options)
    return reportError(options.takeError());
  if (!isCompilation(*options))
    return optimize(argc, argv, input, output, registry);
  return compile(*options, MlirOptMainConfig::createFromCLOptions(), registry);
}
