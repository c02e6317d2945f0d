//===- LoadedKernels.h - Compiled kernels in this process -----------------===//
//
// For tests and benchmarks of kernels by themselves.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_LOADEDKERNELS_H
#define BNOPT_COMPILER_HALIDE_LOADEDKERNELS_H

#include "compiler/halide/Emit.h"

#include <memory>
#include <vector>

struct halide_buffer_t;

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace bnopt {

class LoadedKernels {
public:
  /// Loads the objects of `kernels` and a runtime for `target`. This machine
  /// must be able to run code for `target`.
  static llvm::Expected<std::unique_ptr<LoadedKernels>>
  load(llvm::ArrayRef<KernelObject> kernels, const Target &target);

  ~LoadedKernels();

  /// Calls a kernel by its symbol; what it returns is 0 on success.
  llvm::Expected<int> call(llvm::StringRef symbol,
                           llvm::ArrayRef<halide_buffer_t *> buffers) const;

  /// Sets the number of threads of the runtime.
  llvm::Error setThreads(int threads) const;

  /// The address of a symbol.
  llvm::Expected<void *> lookup(llvm::StringRef symbol) const;

private:
  explicit LoadedKernels(std::unique_ptr<llvm::orc::LLJIT> jit);

  std::unique_ptr<llvm::orc::LLJIT> jit;
};

/// Calls `function`, a kernel, with `buffers`.
int callKernel(void *function, llvm::ArrayRef<halide_buffer_t *> buffers);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_LOADEDKERNELS_H
