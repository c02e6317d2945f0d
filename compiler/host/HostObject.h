//===- HostObject.h - From the host module to machine code ----------------===//

#ifndef BNOPT_COMPILER_HOST_HOSTOBJECT_H
#define BNOPT_COMPILER_HOST_HOSTOBJECT_H

#include "compiler/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace bnopt {

enum class HostCode { Assembly, Object };

/// Translates a host module in the LLVM dialect to optimized LLVM IR.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateHostModule(mlir::ModuleOp host, const Target &target,
                    llvm::LLVMContext &context);

/// Generates position-independent machine code.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileHostModule(llvm::Module &module, const Target &target, HostCode kind);

} // namespace bnopt

#endif // BNOPT_COMPILER_HOST_HOSTOBJECT_H
