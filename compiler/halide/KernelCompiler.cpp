//===- KernelCompiler.cpp - One kernel to code ----------------------------===//
//
// A kernel is lowered with assertions, checked to hold them, and only then
// compiled without.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/KernelCompiler.h"

#include "compiler/halide/Algorithm.h"
#include "compiler/halide/DenseVectors.h"
#include "compiler/halide/HalideErrors.h"
#include "compiler/halide/HalideTarget.h"
#include "compiler/halide/KernelBitcode.h"
#include "compiler/halide/LoweredChecks.h"
#include "compiler/halide/Prefetch.h"
#include "compiler/halide/Schedule.h"
#include "compiler/halide/StreamingStores.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"

using namespace bnopt;

namespace {
/// What a buffer's address is known to be a multiple of.
enum class Alignment { Any, Streaming };

struct LoweredKernel {
  Halide::Module module;
  bool streams, prefetches;
  int prefetchLevel;
  std::string output;
  size_t outputArgument;
};
} // namespace

/// `kernel` lowered and checked, for a target with or without assertions.
static llvm::Expected<LoweredKernel>
lowerKernel(kernel::FuncOp kernel, const std::string &symbol,
            const Target &target, const KernelCompileOptions &options,
            Alignment alignment) {
  llvm::Expected<KernelFuncs> funcs =
      buildAlgorithm(kernel, options.asserts ? DimensionViews::AsGiven
                                             : DimensionViews::Merged);
  if (!funcs)
    return funcs.takeError();
  scheduleKernel(*funcs, getVectorUnit(target));
  if (alignment == Alignment::Streaming)
    funcs->output.output_buffer().set_host_alignment(streamingAlignment);

  Halide::Target halideTarget = getHalideTarget(target, options.sanitizeThread);
  std::vector<Halide::Argument> arguments(funcs->arguments.begin(),
                                          funcs->arguments.end());
  std::vector<Halide::Func> results = {funcs->output};
  results.insert(results.end(), funcs->vectors.begin(), funcs->vectors.end());
  Halide::Module lowered = Halide::Pipeline(results).compile_to_module(
      arguments, symbol, halideTarget, Halide::LinkageType::External);
  if (llvm::Error error = checkLowered(lowered, *funcs))
    return std::move(error);
  LoweredKernel result = {lowered,
                          funcs->streams,
                          !funcs->prefetches.empty(),
                          funcs->prefetchLevel,
                          funcs->output.name(),
                          arguments.size()};
  if (options.asserts)
    return result;
  result.module = Halide::Module(
      symbol, halideTarget.with_feature(Halide::Target::NoAsserts));
  for (Halide::Internal::LoweredFunc function : lowered.functions()) {
    function.body =
        addPrefetches(findDenseVectors(function.body, *funcs), *funcs);
    result.module.append(function);
  }
  // Otherwise the code generator reassociates strict operations, too.
  result.module.set_any_strict_float(lowered.any_strict_float());
  return result;
}

/// Halide writes files only; the bytes of the one it writes.
static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
writeToMemory(const Halide::Module &module, Halide::OutputFileType type) {
  llvm::SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("bnopt-kernel", "tmp", path))
    return llvm::createStringError("cannot create a temporary file: " +
                                   error.message());
  auto remove = llvm::scope_exit([&] { llvm::sys::fs::remove(path); });
  module.compile({{type, path.str().str()}});
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path.str().str() +
                                   "': " + buffer.getError().message());
  return std::move(*buffer);
}

static Halide::OutputFileType getFileType(KernelForm form) {
  switch (form) {
  case KernelForm::Object:
    return Halide::OutputFileType::object;
  case KernelForm::Assembly:
    return Halide::OutputFileType::assembly;
  case KernelForm::Stmt:
    return Halide::OutputFileType::stmt;
  }
  llvm_unreachable("every form has a type of file");
}

static llvm::CodeGenFileType getCodeType(KernelForm form) {
  return form == KernelForm::Object ? llvm::CodeGenFileType::ObjectFile
                                    : llvm::CodeGenFileType::AssemblyFile;
}

/// Compiles a kernel whose result bypasses the cache where it is aligned; `any`
/// is the kernel for results that lie anywhere.
static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileStreamingKernel(kernel::FuncOp kernel, const LoweredKernel &any,
                       const std::string &symbol, const Target &target,
                       const KernelCompileOptions &options, KernelForm form) {
  const std::string alignedSymbol = symbol + "_aligned";
  auto aligned =
      lowerKernel(kernel, alignedSymbol, target, options, Alignment::Streaming);
  if (!aligned)
    return aligned.takeError();
  StreamingKernel streaming;
  streaming.alignedSymbol = alignedSymbol;
  streaming.output = aligned->output;
  streaming.outputArgument = aligned->outputArgument;
  constexpr auto bitcode = Halide::OutputFileType::bitcode;
  if (llvm::Error error =
          writeToMemory(any.module, bitcode).moveInto(streaming.anyAlignment))
    return std::move(error);
  if (llvm::Error error =
          writeToMemory(aligned->module, bitcode).moveInto(streaming.aligned))
    return std::move(error);
  return compileStreaming(streaming, symbol, getCodeType(form));
}

/// Compiles a kernel that asks for what it loads.
static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compilePrefetchingKernel(const LoweredKernel &kernel, KernelForm form) {
  auto bitcode = writeToMemory(kernel.module, Halide::OutputFileType::bitcode);
  if (!bitcode)
    return bitcode.takeError();
  llvm::LLVMContext context;
  auto module = readBitcode(**bitcode, context, kernel.prefetchLevel);
  if (!module)
    return module.takeError();
  return generateCode(**module, getCodeType(form));
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::compileKernel(kernel::FuncOp kernel, const std::string &symbol,
                     const Target &target, const KernelCompileOptions &options,
                     KernelForm form, std::vector<std::string> &warnings) {
  std::unique_ptr<llvm::MemoryBuffer> code;
  auto compile = [&]() -> llvm::Error {
    auto lowered = lowerKernel(kernel, symbol, target, options, Alignment::Any);
    if (!lowered)
      return lowered.takeError();
    const bool isPlain =
        form == KernelForm::Stmt || options.asserts || options.sanitizeThread;
    if (lowered->streams && !isPlain)
      return compileStreamingKernel(kernel, *lowered, symbol, target, options,
                                    form)
          .moveInto(code);
    if (lowered->prefetches && !isPlain)
      return compilePrefetchingKernel(*lowered, form).moveInto(code);
    return writeToMemory(lowered->module, getFileType(form)).moveInto(code);
  };
  if (llvm::Error error = catchHalideErrors(compile, warnings))
    return std::move(error);
  return std::move(code);
}
