//===- Compilation.cpp - One model on its way to a library ----------------===//

#include "compiler/Compilation.h"

#include "compiler/EmitLibrary.h"
#include "compiler/link/OutputFile.h"
#include "compiler/onnx/ImportOnnx.h"
#include "dialect/BN/BNAttrs.h"
#include "dialect/Kernel/KernelOps.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <chrono>

using namespace mlir;
using namespace bnopt;

namespace {
/// Runs from its construction on.
class Stopwatch {
public:
  double getSeconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
};
} // namespace

LogicalResult Compilation::fail(llvm::Error error) {
  return emitError(UnknownLoc::get(context))
         << llvm::toString(std::move(error));
}

/// Whether a model in `module` has been imported to be refreshed.
static bool hasParameters(ModuleOp module) {
  return llvm::any_of(module.getOps(), [](Operation &op) {
    return op.hasAttr(bn::parametersAttrName);
  });
}

LogicalResult Compilation::import() {
  if (options.kernel) {
    auto built = buildNormKernel(*options.kernel, context);
    if (!built)
      return fail(built.takeError());
    module = std::move(*built);
    return success();
  }
  StringRef path = options.inputPath;
  ImportOptions importOptions;
  importOptions.refreshable = options.refreshable;
  importOptions.nameParameters = options.differentiation.has_value();
  for (const std::string &shape : options.inputShapes) {
    std::string error;
    if (failed(parseInputShape(shape, importOptions, error)))
      return fail(llvm::createStringError(error));
  }
  if (path.ends_with(".onnx")) {
    FailureOr<OwningOpRef<ModuleOp>> imported =
        importOnnx(path, importOptions, context);
    if (failed(imported))
      return failure();
    module = std::move(*imported);
    return success();
  }
  module = parseSourceFile<ModuleOp>(path, ParserConfig(context));
  if (module && options.refreshable && !hasParameters(*module))
    return fail(llvm::createStringError(
        "--refreshable needs the names of the parameters, which ONNX files "
        "have and '" +
        path + "' has not"));
  return success(bool(module));
}

LogicalResult Compilation::runPhase(Phase phase) {
  const Stopwatch watch;
  LogicalResult result = success();
  if (phase == Phase::Import) {
    result = import();
  } else {
    PassManager pm(context);
    (void)applyPassManagerCLOptions(pm);
    if (phase == Phase::Differentiate)
      addDifferentiationPasses(pm, *options.differentiation);
    else if (phase == Phase::Fold)
      addFoldPasses(pm, options.fold);
    else if (phase == Phase::Fuse)
      addFusePasses(pm, options.trainingFusion);
    else
      addLowerPasses(pm, LowerOptions::forTarget(target));
    result = pm.run(*module);
  }
  report.seconds.push_back({phase, watch.getSeconds()});
  return result;
}

LogicalResult Compilation::writeModule(OutputKind kind) {
  // Only a whole file may take the place of the one that is there.
  std::string bytecode;
  llvm::raw_string_ostream stream(bytecode);
  if (kind != OutputKind::MLIR && failed(writeBytecodeToFile(*module, stream)))
    return fail(llvm::createStringError("the module has no bytecode form"));
  llvm::Error error =
      writeOutput(options.outputPath, [&](llvm::raw_ostream &os) {
        if (kind == OutputKind::MLIR)
          module->print(os);
        else
          os << bytecode;
      });
  return error ? fail(std::move(error)) : success();
}

LogicalResult Compilation::emit(OutputKind kind) {
  const Stopwatch watch;
  if (failed(emitLibrary(*module, target, kind, options, report)))
    return failure();
  report.seconds.push_back({Phase::Emit, watch.getSeconds()});
  return success();
}

LogicalResult Compilation::validate() {
  const Stopwatch watch;
  ValidationLimit limit = getValidationLimit(records.get());
  if (options.validateTolerance)
    limit = {*options.validateTolerance, /*constants=*/0};
  auto errors = compareInInterpreter(*unfolded, *module, limit, options.seed);
  unfolded = nullptr;
  if (failed(errors))
    return failure();
  report.validationSeconds = watch.getSeconds();
  report.outputErrors = std::move(*errors);
  for (const OutputError &error : report.outputErrors) {
    llvm::errs() << "validate: ";
    print(error, llvm::errs());
    llvm::errs() << '\n';
  }
  for (const OutputError &error : report.outputErrors)
    if (!error.isWithinLimit())
      return fail(llvm::createStringError(
          "folding changes output '%s' by %.1e of its largest value with "
          "'%s' inputs, more than the limit of %.1e",
          error.output.c_str(), error.relative, error.relativeInput.c_str(),
          error.limit));
  return success();
}

std::string Compilation::getModelName() {
  for (auto function : module->getOps<func::FuncOp>())
    if (!function.isExternal())
      return function.getSymName().str();
  return "";
}

LogicalResult Compilation::finishReport() {
  if (!options.reportsNormalizations())
    return success();
  records.updateKernels(*module);
  report.normalizations = records.get();
  report.kernelSummaries = summarizeKernels(*module);
  report.kernels = report.kernelSummaries.size();
  for (const KernelSummary &kernel : report.kernelSummaries)
    report.launches += kernel.launches;
  if (options.summary) {
    printNormalizations(report, llvm::errs());
    if (report.hasRun(Phase::Fuse))
      printTraffic(report, llvm::errs());
  }
  if (options.reportPath.empty())
    return success();
  if (llvm::Error error = writeReport(report, options.reportPath))
    return fail(std::move(error));
  return success();
}

LogicalResult Compilation::run(OutputKind kind) {
  if (llvm::Error error = checkReportPath(options.reportPath))
    return fail(std::move(error));
  report.target = target.name();
  // The model that is compiled: as it was read, or with its backward part.
  const Phase source =
      options.differentiation ? Phase::Differentiate : Phase::Import;
  for (Phase phase : {Phase::Import, Phase::Differentiate, Phase::Fold,
                      Phase::Fuse, Phase::Lower}) {
    if (phase == Phase::Differentiate && !options.differentiation)
      continue;
    if (failed(runPhase(phase)))
      return failure();
    if (phase == source || phase == Phase::Fold)
      report.normalizationsAfter = countNormalizations(*module);
    if (phase == source) {
      report.normalizationsBefore = report.normalizationsAfter;
      report.model = getModelName();
      report.parameters = summarizeParameters(*module);
      records.addSources(*module);
      // Constants are shared, not copied.
      if (options.validate)
        unfolded = module->clone();
    }
    if (phase == Phase::Fold)
      records.finishFold(*module);
    if (phase == Phase::Fold && options.validate && failed(validate()))
      return failure();
    if (options.stopAfter == phase)
      return failed(writeModule(kind)) ? failure() : finishReport();
  }
  LogicalResult written =
      kind == OutputKind::MLIR || kind == OutputKind::MLIRBytecode
          ? writeModule(kind)
          : emit(kind);
  return failed(written) ? failure() : finishReport();
}

LogicalResult Compilation::runPasses(
    llvm::function_ref<LogicalResult(PassManager &)> addPasses,
    OutputKind kind) {
  PassManager pm(context);
  (void)applyPassManagerCLOptions(pm);
  if (failed(import()) || failed(addPasses(pm)) || failed(pm.run(*module)))
    return failure();
  return writeModule(kind);
}
