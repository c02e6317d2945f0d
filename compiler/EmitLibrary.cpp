//===- EmitLibrary.cpp - From a lowered module to files -------------------===//

#include "compiler/EmitLibrary.h"

#include "compiler/ProgressLine.h"
#include "compiler/halide/Emit.h"
#include "compiler/host/HostModule.h"
#include "compiler/host/HostObject.h"
#include "compiler/host/ModelDescriptor.h"
#include "compiler/link/Header.h"
#include "compiler/link/Link.h"
#include "compiler/link/OutputFile.h"
#include "dialect/Kernel/KernelOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace bnopt;

namespace {
class LibraryEmitter {
public:
  LibraryEmitter(ModuleOp module, const Target &target, OutputKind kind,
                 const DriverOptions &options, Report &report)
      : module(module), target(target), kind(kind), options(options),
        report(report), weights(module) {}

  LogicalResult emit();

private:
  LogicalResult findModel();
  LogicalResult planRefresh();
  LogicalResult emitKernelObjects();
  LogicalResult emitText();
  llvm::Error printHost(llvm::raw_ostream &os);
  llvm::Error emitBinary();
  llvm::Expected<std::unique_ptr<llvm::Module>>
  buildHost(llvm::LLVMContext &context);
  EmitOptions getKernelOptions() const;
  LogicalResult fail(llvm::Error error) {
    // The message names the file that it is about, which is not the model's.
    return emitError(UnknownLoc::get(module.getContext()))
           << llvm::toString(std::move(error));
  }

  ModuleOp module;
  Target target;
  OutputKind kind;
  const DriverOptions &options;
  Report &report;
  WeightTable weights;
  func::FuncOp model;
  std::optional<RefreshPlan> refresh;
  SmallVector<KernelObject> kernels;
};
} // namespace

static LibraryKind getLibraryKind(OutputKind kind) {
  switch (kind) {
  case OutputKind::SharedLibrary:
    return LibraryKind::Shared;
  case OutputKind::Archive:
    return LibraryKind::Archive;
  default:
    return LibraryKind::Object;
  }
}

LogicalResult LibraryEmitter::findModel() {
  for (auto func : module.getOps<func::FuncOp>()) {
    if (func.isExternal())
      continue;
    if (model)
      return func.emitError() << "expects one function, the model, but '"
                              << model.getSymName() << "' is another one";
    model = func;
  }
  return model ? success() : module.emitError("expects a function, the model");
}

LogicalResult LibraryEmitter::planRefresh() {
  if (!isRefreshable(model))
    return success();
  FailureOr<RefreshPlan> plan = bnopt::planRefresh(model, weights);
  if (failed(plan))
    return failure();
  refresh = std::move(*plan);
  return success();
}

EmitOptions LibraryEmitter::getKernelOptions() const {
  EmitOptions kernelOptions;
  kernelOptions.cacheDir = options.cacheDirectory;
  kernelOptions.sanitizeThread = options.sanitizeThread;
  kernelOptions.threads = options.threads;
  return kernelOptions;
}

LogicalResult LibraryEmitter::emitKernelObjects() {
  ProgressLine line("kernels");
  EmitOptions kernelOptions = getKernelOptions();
  kernelOptions.progress = [&](unsigned done, unsigned total) {
    line.update(done, total);
  };
  auto emitted = emitKernels(module, target, kernelOptions);
  if (failed(emitted))
    return failure();
  kernels = std::move(*emitted);
  for (const KernelObject &kernel : kernels)
    report.kernelsFromCache += kernel.fromCache;
  return success();
}

llvm::Expected<std::unique_ptr<llvm::Module>>
LibraryEmitter::buildHost(llvm::LLVMContext &context) {
  llvm::StringMap<std::string> symbols;
  for (const KernelObject &kernel : kernels)
    symbols[kernel.kernel] = kernel.symbol;
  HostOptions hostOptions;
  hostOptions.isSharedLibrary = kind == OutputKind::SharedLibrary;
  hostOptions.sanitizeThread = options.sanitizeThread;
  hostOptions.refresh = refresh ? &*refresh : nullptr;
  OwningOpRef<ModuleOp> host =
      buildHostModule(model, weights, symbols, target, hostOptions);
  return translateHostModule(*host, target, context);
}

llvm::Error LibraryEmitter::emitBinary() {
  llvm::LLVMContext context;
  auto hostModule = buildHost(context);
  if (!hostModule)
    return hostModule.takeError();
  auto hostObject = compileHostModule(**hostModule, target, HostCode::Object);
  if (!hostObject)
    return hostObject.takeError();
  auto runtime = emitRuntime(target, getKernelOptions());
  if (!runtime)
    return runtime.takeError();

  LinkInputs inputs;
  ModelSignature signature = getModelSignature(model, target);
  inputs.modelName = signature.name;
  inputs.objects.push_back((*hostObject)->getMemBufferRef());
  inputs.objects.push_back((*runtime)->getMemBufferRef());
  for (const KernelObject &kernel : kernels)
    if (kernel.object)
      inputs.objects.push_back(kernel.object->getMemBufferRef());
  for (const WeightTable::Entry &entry : weights.entries())
    inputs.weights.push_back({entry.offset, entry.bytes});
  inputs.isRefreshable = refresh.has_value();
  if (llvm::Error error =
          linkLibrary(getLibraryKind(kind), inputs, options.outputPath))
    return error;

  llvm::SmallString<128> headerPath(options.outputPath);
  llvm::sys::path::replace_extension(headerPath, ".h");
  if (llvm::Error error = writeHeader(signature, headerPath)) {
    (void)llvm::sys::fs::remove(options.outputPath);
    return error;
  }
  return llvm::Error::success();
}

llvm::Error LibraryEmitter::printHost(llvm::raw_ostream &os) {
  llvm::LLVMContext context;
  auto hostModule = buildHost(context);
  if (!hostModule)
    return hostModule.takeError();
  if (kind == OutputKind::LLVMIR) {
    (*hostModule)->print(os, nullptr);
    return llvm::Error::success();
  }
  auto assembly = compileHostModule(**hostModule, target, HostCode::Assembly);
  if (!assembly)
    return assembly.takeError();
  os << (*assembly)->getBuffer();
  return llvm::Error::success();
}

LogicalResult LibraryEmitter::emitText() {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (kind != OutputKind::Statements)
    if (llvm::Error error = printHost(os))
      return fail(std::move(error));
  if (kind != OutputKind::LLVMIR) {
    KernelForm form = kind == OutputKind::Statements ? KernelForm::Stmt
                                                     : KernelForm::Assembly;
    if (failed(emitKernelText(module, target, getKernelOptions(), form, os)))
      return failure();
  }
  llvm::Error error = writeOutput(options.outputPath,
                                  [&](llvm::raw_ostream &out) { out << text; });
  return error ? fail(std::move(error)) : success();
}

LogicalResult LibraryEmitter::emit() {
  if (failed(findModel()) || failed(planRefresh()) ||
      failed(emitKernelObjects()))
    return failure();
  report.model = model.getSymName().str();
  report.weightBytes = weights.totalBytes();
  auto getBytes = [&](StringRef name) -> uint64_t {
    auto attr = model->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  };
  report.arenaBytes = getBytes("bn.arena_bytes");
  report.maxLiveBytes = getBytes("bn.max_live_bytes");
  if (kind == OutputKind::LLVMIR || kind == OutputKind::Statements ||
      kind == OutputKind::Assembly)
    return emitText();
  if (llvm::Error error = emitBinary())
    return fail(std::move(error));
  return success(
      !llvm::sys::fs::file_size(options.outputPath, report.libraryBytes));
}

LogicalResult bnopt::emitLibrary(ModuleOp module, const Target &target,
                                 OutputKind kind, const DriverOptions &options,
                                 Report &report) {
  return LibraryEmitter(module, target, kind, options, report).emit();
}
