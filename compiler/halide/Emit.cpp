//===- Emit.cpp - Kernels of a module to objects --------------------------===//

#include "compiler/halide/Emit.h"

#include "compiler/halide/Cache.h"
#include "compiler/halide/CodegenVersion.h"
#include "compiler/halide/HalideErrors.h"
#include "compiler/halide/HalideTarget.h"
#include "dialect/Kernel/KernelFingerprint.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace bnopt;

namespace {
/// A kernel to compile, and what became of it.
struct Job {
  kernel::FuncOp kernel;
  KernelObject result;
  std::string key;
  std::string error;
  std::vector<std::string> warnings;
  bool isRepeated = false;
};

/// Compiles kernels on several threads. Diagnostics wait until all are done,
/// so that they come in the order of the module.
class KernelEmitter {
public:
  KernelEmitter(const Target &target, const EmitOptions &options)
      : target(target), options(options), cache(options.cacheDir) {}

  FailureOr<SmallVector<KernelObject>> run(ModuleOp module);

private:
  void collect(ModuleOp module);
  void compile(Job &job);
  void noteProgress();
  LogicalResult report(ModuleOp module);

  const Target &target;
  const EmitOptions &options;
  Cache cache;
  std::vector<Job> jobs;
  std::mutex progressMutex;
  unsigned done = 0;
};
} // namespace

/// All that the code of a kernel depends on, hashed.
static std::string getKey(kernel::FuncOp kernel, const Target &target,
                          const EmitOptions &options) {
  std::string text = codegenVersion;
  text += '\n' + getHalideTarget(target, options.sanitizeThread).to_string();
  text += options.asserts ? "\nasserts\n" : "\n";
  text += kernel::fingerprint(kernel);
  return hashText(text);
}

void KernelEmitter::collect(ModuleOp module) {
  llvm::StringSet<> seen;
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    Job job;
    job.kernel = kernel;
    job.key = getKey(kernel, target, options);
    job.result.kernel = kernel.getSymName().str();
    job.result.symbol = "bnk_" + job.key;
    job.isRepeated = !seen.insert(job.key).second;
    jobs.push_back(std::move(job));
  }
}

void KernelEmitter::compile(Job &job) {
  job.result.object = cache.lookup(job.key);
  job.result.fromCache = job.result.object != nullptr;
  if (!job.result.object) {
    auto object = compileKernel(job.kernel, job.result.symbol, target,
                                {options.asserts, options.sanitizeThread},
                                KernelForm::Object, job.warnings);
    if (!object) {
      job.error = llvm::toString(object.takeError());
    } else {
      job.result.object = std::move(*object);
      cache.store(job.key, job.result.object->getBuffer());
    }
  }
  noteProgress();
}

void KernelEmitter::noteProgress() {
  if (!options.progress)
    return;
  std::lock_guard<std::mutex> lock(progressMutex);
  options.progress(++done, jobs.size());
}

LogicalResult KernelEmitter::report(ModuleOp module) {
  bool failed = false;
  for (Job &job : jobs) {
    for (const std::string &warning : job.warnings)
      job.kernel.emitWarning() << warning;
    if (job.error.empty())
      continue;
    job.kernel.emitError() << "cannot generate code: " << job.error;
    failed = true;
  }
  if (auto problem = cache.getProblem())
    module.emitWarning() << *problem;
  return failure(failed);
}

FailureOr<SmallVector<KernelObject>> KernelEmitter::run(ModuleOp module) {
  collect(module);
  {
    llvm::DefaultThreadPool pool(llvm::hardware_concurrency(options.threads));
    for (Job &job : jobs) {
      if (job.isRepeated)
        noteProgress();
      else
        pool.async([this, &job] { compile(job); });
    }
    pool.wait();
  }
  if (mlir::failed(report(module)))
    return failure();
  SmallVector<KernelObject> results;
  for (Job &job : jobs)
    results.push_back(std::move(job.result));
  return results;
}

FailureOr<SmallVector<KernelObject>>
bnopt::emitKernels(ModuleOp module, const Target &target,
                   const EmitOptions &options) {
  return KernelEmitter(target, options).run(module);
}

static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileRuntime(const Halide::Target &target) {
  llvm::SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("bnopt-runtime", "o", path))
    return llvm::createStringError("cannot create a temporary file: " +
                                   error.message());
  auto remove = llvm::scope_exit([&] { llvm::sys::fs::remove(path); });
  std::vector<std::string> warnings;
  auto compile = [&]() -> llvm::Error {
    Halide::compile_standalone_runtime(path.str().str(), target);
    return llvm::Error::success();
  };
  if (llvm::Error error = catchHalideErrors(compile, warnings))
    return std::move(error);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path.str().str() +
                                   "': " + buffer.getError().message());
  return std::move(*buffer);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::emitRuntime(const Target &target, const EmitOptions &options) {
  Halide::Target halideTarget = getHalideTarget(target, options.sanitizeThread)
                                    .without_feature(Halide::Target::NoRuntime);
  std::string key = hashText(std::string(codegenVersion) + "\nruntime " +
                             halideTarget.to_string());
  Cache cache(options.cacheDir);
  if (std::unique_ptr<llvm::MemoryBuffer> found = cache.lookup(key))
    return std::move(found);
  auto runtime = compileRuntime(halideTarget);
  if (runtime)
    cache.store(key, (*runtime)->getBuffer());
  return runtime;
}

LogicalResult bnopt::emitKernelText(ModuleOp module, const Target &target,
                                    const EmitOptions &options, KernelForm form,
                                    llvm::raw_ostream &os) {
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    std::vector<std::string> warnings;
    auto text = compileKernel(kernel, kernel.getSymName().str(), target,
                              {options.asserts, options.sanitizeThread}, form,
                              warnings);
    if (!text)
      return kernel.emitError()
             << "cannot generate code: " << llvm::toString(text.takeError());
    os << (form == KernelForm::Assembly ? "# " : "// ") << "kernel "
       << kernel.getSymName() << "\n"
       << (*text)->getBuffer() << "\n";
  }
  return success();
}
