//===- KernelBitcode.h - What is left to do for kernels in LLVM -----------===//

#ifndef BNOPT_COMPILER_HALIDE_KERNELBITCODE_H
#define BNOPT_COMPILER_HALIDE_KERNELBITCODE_H

#include "llvm/IR/Module.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace bnopt {

/// A kernel that Halide has lowered, optimized and written as bitcode, in which
/// what is asked for ahead goes into the caches of `prefetchLevel`, 1 or 2, and
/// above.
llvm::Expected<std::unique_ptr<llvm::Module>>
readBitcode(const llvm::MemoryBuffer &bitcode, llvm::LLVMContext &context,
            int prefetchLevel = 1);

/// Code of `module` for x86-64, for the processor that its functions name.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
generateCode(llvm::Module &module, llvm::CodeGenFileType fileType);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_KERNELBITCODE_H
