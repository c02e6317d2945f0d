//===- StreamingStores.h - Results that bypass the cache ------------------===//

#ifndef BNOPT_COMPILER_HALIDE_STREAMINGSTORES_H
#define BNOPT_COMPILER_HALIDE_STREAMINGSTORES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace bnopt {

/// Two versions of a kernel, as bitcode that the code generator has optimized:
/// functions that take buffers, the one for `output` being the argument
/// `outputArgument`. The one for any alignment has the name of the kernel.
struct StreamingKernel {
  std::unique_ptr<llvm::MemoryBuffer> anyAlignment;
  /// Stores to `output` at multiples of `streamingAlignment`.
  std::unique_ptr<llvm::MemoryBuffer> aligned;
  llvm::StringRef alignedSymbol;
  llvm::StringRef output;
  unsigned outputArgument = 0;
};

/// Bytes of a cache line: a vector of any width that lies at a multiple of its
/// size, from a multiple of this on, can bypass the cache.
inline constexpr unsigned streamingAlignment = 64;

/// Code of function `symbol`, which runs the version that the alignment of the
/// output allows. Vectors that the aligned version stores to it bypass the
/// cache: the memory need not be read before it is written, a third of the
/// traffic of a copy.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileStreaming(const StreamingKernel &kernel, llvm::StringRef symbol,
                 llvm::CodeGenFileType fileType);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_STREAMINGSTORES_H
