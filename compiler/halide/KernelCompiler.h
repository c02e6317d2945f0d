//===- KernelCompiler.h - One kernel to code ------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_KERNELCOMPILER_H
#define BNOPT_COMPILER_HALIDE_KERNELCOMPILER_H

#include "compiler/Target.h"
#include "dialect/Kernel/KernelOps.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>
#include <vector>

namespace bnopt {

/// The form in which a kernel leaves the code generator.
enum class KernelForm { Object, Assembly, Stmt };

/// How kernels are compiled; everything that changes their code.
struct KernelCompileOptions {
  /// Keep the checks of buffer descriptors.
  bool asserts = false;
  /// Instrument for ThreadSanitizer.
  bool sanitizeThread = false;
};

/// Compiles `kernel` to one C function `symbol`. Reads the IR only, so several
/// threads may compile kernels of one module. Halide's warnings are added to
/// `warnings`.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileKernel(kernel::FuncOp kernel, const std::string &symbol,
              const Target &target, const KernelCompileOptions &options,
              KernelForm form, std::vector<std::string> &warnings);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_KERNELCOMPILER_H
