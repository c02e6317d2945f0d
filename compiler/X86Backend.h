//===- X86Backend.h - LLVM's code generator -------------------------------===//

#ifndef BNOPT_COMPILER_X86BACKEND_H
#define BNOPT_COMPILER_X86BACKEND_H

#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>

namespace bnopt {

/// A code generator for position-independent x86-64 code; several threads may
/// ask for one. An empty `cpu` leaves the processor to the attributes of
/// functions.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createX86Machine(const llvm::Triple &triple, llvm::StringRef cpu,
                 llvm::CodeGenOptLevel level);

} // namespace bnopt

#endif // BNOPT_COMPILER_X86BACKEND_H
