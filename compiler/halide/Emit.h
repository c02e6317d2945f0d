//===- Emit.h - Kernels of a module to objects ----------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_EMIT_H
#define BNOPT_COMPILER_HALIDE_EMIT_H

#include "compiler/Target.h"
#include "compiler/halide/KernelCompiler.h"

#include "mlir/IR/BuiltinOps.h"

#include <functional>

namespace bnopt {

struct EmitOptions {
  /// Where compiled kernels are kept; empty: nowhere.
  std::string cacheDir;
  /// Keep the checks of buffer descriptors.
  bool asserts = false;
  /// Instrument for ThreadSanitizer.
  bool sanitizeThread = false;
  /// Threads that compile; 0: one per processor.
  unsigned threads = 0;
  /// Called after each kernel, by any thread but one at a time.
  std::function<void(unsigned done, unsigned total)> progress;
};

/// The code of one `kernel.func`.
struct KernelObject {
  /// Name of the `kernel.func`.
  std::string kernel;
  /// Name of its C function, which derives from its content:
  /// `int symbol(halide_buffer_t *argument0, …, halide_buffer_t *result)`.
  std::string symbol;
  /// Null where an equal kernel before it has brought the same symbol.
  std::unique_ptr<llvm::MemoryBuffer> object;
  bool fromCache = false;
};

/// Compiles every `kernel.func` of `module`, in the order of the module.
/// Failures are diagnostics on the kernels.
mlir::FailureOr<llvm::SmallVector<KernelObject>>
emitKernels(mlir::ModuleOp module, const Target &target,
            const EmitOptions &options);

/// The part of Halide's runtime that kernels call (the thread pool), as one
/// object for a whole library. Cached like kernels; a cache that cannot be
/// written is ignored here, since kernels have complained about it.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
emitRuntime(const Target &target, const EmitOptions &options);

/// Prints the kernels of `module` as assembly or as Halide's statements, each
/// under a line with its name.
mlir::LogicalResult emitKernelText(mlir::ModuleOp module, const Target &target,
                                   const EmitOptions &options, KernelForm form,
                                   llvm::raw_ostream &os);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_EMIT_H
