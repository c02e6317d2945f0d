//===- X86Backend.cpp - LLVM's code generator -----------------------------===//

#include "compiler/X86Backend.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

#include <mutex>

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
bnopt::createX86Machine(const llvm::Triple &triple, llvm::StringRef cpu,
                        llvm::CodeGenOptLevel level) {
  // The registry of targets is not made for several threads.
  static std::once_flag initialized;
  std::call_once(initialized, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  });
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return llvm::createStringError(error);
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, /*Features=*/"", llvm::TargetOptions(), llvm::Reloc::PIC_,
      std::nullopt, level));
}
