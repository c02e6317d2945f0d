//===- KernelCompiler.cpp - One kernel to code ----------------------------===//
//
// A kernel is lowered with assertions, checked to hold them, and only then
// compiled without.
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/KernelCompiler.h"

#include "compiler/halide/Algorithm.h"
#include "compiler/halide/HalideErrors.h"
#include "compiler/halide/HalideTarget.h"
#include "compiler/halide/LoweredChecks.h"
#include "compiler/halide/Schedule.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"

using namespace bnopt;

/// The module with `kernel` lowered and checked, for a target with or without
/// assertions.
static llvm::Expected<Halide::Module>
lowerKernel(kernel::FuncOp kernel, const std::string &symbol,
            const Target &target, const KernelCompileOptions &options) {
  llvm::Expected<KernelFuncs> funcs =
      buildAlgorithm(kernel, options.asserts ? DimensionViews::AsGiven
                                             : DimensionViews::Merged);
  if (!funcs)
    return funcs.takeError();
  scheduleKernel(*funcs, getVectorUnit(target));

  Halide::Target halideTarget = getHalideTarget(target, options.sanitizeThread);
  std::vector<Halide::Argument> arguments(funcs->arguments.begin(),
                                          funcs->arguments.end());
  Halide::Module lowered =
      Halide::Pipeline(funcs->output)
          .compile_to_module(arguments, symbol, halideTarget,
                             Halide::LinkageType::External);
  if (llvm::Error error = checkLowered(lowered, *funcs))
    return std::move(error);
  if (options.asserts)
    return lowered;
  Halide::Module result(symbol,
                        halideTarget.with_feature(Halide::Target::NoAsserts));
  for (const Halide::Internal::LoweredFunc &function : lowered.functions())
    result.append(function);
  // Otherwise the code generator reassociates strict operations, too.
  result.set_any_strict_float(lowered.any_strict_float());
  return result;
}

/// Halide writes files only; the bytes of the one it writes.
static llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
writeToMemory(const Halide::Module &module, KernelForm form) {
  llvm::SmallString<128> path;
  if (std::error_code error =
          llvm::sys::fs::createTemporaryFile("bnopt-kernel", "tmp", path))
    return llvm::createStringError("cannot create a temporary file: " +
                                   error.message());
  auto remove = llvm::scope_exit([&] { llvm::sys::fs::remove(path); });
  Halide::OutputFileType type =
      form == KernelForm::Object     ? Halide::OutputFileType::object
      : form == KernelForm::Assembly ? Halide::OutputFileType::assembly
                                     : Halide::OutputFileType::stmt;
  module.compile({{type, path.str().str()}});
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path.str().str() +
                                   "': " + buffer.getError().message());
  return std::move(*buffer);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::compileKernel(kernel::FuncOp kernel, const std::string &symbol,
                     const Target &target, const KernelCompileOptions &options,
                     KernelForm form, std::vector<std::string> &warnings) {
  std::unique_ptr<llvm::MemoryBuffer> code;
  auto compile = [&]() -> llvm::Error {
    llvm::Expected<Halide::Module> module =
        lowerKernel(kernel, symbol, target, options);
    if (!module)
      return module.takeError();
    return writeToMemory(*module, form).moveInto(code);
  };
  if (llvm::Error error = catchHalideErrors(compile, warnings))
    return std::move(error);
  return std::move(code);
}
