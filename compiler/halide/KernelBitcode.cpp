//===- KernelBitcode.cpp - What is left to do for kernels in LLVM ---------===//

#include "compiler/halide/KernelBitcode.h"

#include "compiler/X86Backend.h"

#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace bnopt;

/// Halide asks for what is to leave the caches after its first use, here a
/// second one follows: sums that asked so took twice the time.
static void keepPrefetched(llvm::Module &module, int level) {
  constexpr unsigned locality = 2;
  constexpr int allCaches = 3;
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
          call && call->getIntrinsicID() == llvm::Intrinsic::prefetch)
        call->setArgOperand(locality,
                            llvm::ConstantInt::get(
                                call->getArgOperand(locality)->getType(),
                                static_cast<uint64_t>(allCaches + 1 - level)));
}

llvm::Expected<std::unique_ptr<llvm::Module>>
bnopt::readBitcode(const llvm::MemoryBuffer &bitcode,
                   llvm::LLVMContext &context, int prefetchLevel) {
  auto module = llvm::parseBitcodeFile(bitcode, context);
  if (module)
    keepPrefetched(**module, prefetchLevel);
  return module;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::generateCode(llvm::Module &module, llvm::CodeGenFileType fileType) {
  // The processor is an attribute of each function.
  auto machine = createX86Machine(module.getTargetTriple(), /*cpu=*/"",
                                  llvm::CodeGenOptLevel::Aggressive);
  if (!machine)
    return machine.takeError();
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, fileType))
    return llvm::createStringError("this LLVM cannot emit x86-64 code");
  passes.run(module);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(
      std::move(bytes), "kernel", /*RequiresNullTerminator=*/false);
}
