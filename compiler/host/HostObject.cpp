//===- HostObject.cpp - From the host module to machine code --------------===//

#include "compiler/host/HostObject.h"

#include "compiler/X86Backend.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Transforms/Instrumentation/ThreadSanitizer.h"

using namespace bnopt;

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createMachine(const Target &target) {
  return createX86Machine(llvm::Triple(hostTriple()), target.cpu(),
                          llvm::CodeGenOptLevel::Default);
}

static bool needsThreadSanitizer(const llvm::Module &module) {
  return llvm::any_of(module, [](const llvm::Function &function) {
    return function.hasFnAttribute(llvm::Attribute::SanitizeThread);
  });
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::ModulePassManager passes =
      builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O1);
  if (needsThreadSanitizer(module)) {
    passes.addPass(llvm::ModuleThreadSanitizerPass());
    passes.addPass(
        llvm::createModuleToFunctionPassAdaptor(llvm::ThreadSanitizerPass()));
  }
  passes.run(module, modules);
}

llvm::Expected<std::unique_ptr<llvm::Module>>
bnopt::translateHostModule(mlir::ModuleOp host, const Target &target,
                           llvm::LLVMContext &context) {
  mlir::registerBuiltinDialectTranslation(*host.getContext());
  mlir::registerLLVMDialectTranslation(*host.getContext());
  auto machine = createMachine(target);
  if (!machine)
    return machine.takeError();
  std::unique_ptr<llvm::Module> module =
      mlir::translateModuleToLLVMIR(host, context);
  if (!module)
    return llvm::createStringError("the host function has no LLVM form");
  module->setDataLayout((*machine)->createDataLayout());
  module->setTargetTriple((*machine)->getTargetTriple());
  optimize(*module, **machine);
  return module;
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::compileHostModule(llvm::Module &module, const Target &target,
                         HostCode kind) {
  auto machine = createMachine(target);
  if (!machine)
    return machine.takeError();
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  auto fileType = kind == HostCode::Object
                      ? llvm::CodeGenFileType::ObjectFile
                      : llvm::CodeGenFileType::AssemblyFile;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, fileType))
    return llvm::createStringError("this LLVM cannot emit x86-64 code");
  passes.run(module);
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(
      std::move(bytes), "host function", /*RequiresNullTerminator=*/false);
}
