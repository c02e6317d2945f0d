//===- StreamingStores.cpp - Results that bypass the cache ----------------===//
//
// Halide has no directive for such stores, so they are marked in the code that
// it emits. Which buffer a store writes to is said by its alias information,
// whose types are named after the buffers:
//
//   store … !tbaa !0      !0 = access tag (!1, !1)
//   !1 = "output.width16.base0" in "output.width32.base0" in … in "output"
//
//===----------------------------------------------------------------------===//

#include "compiler/halide/StreamingStores.h"

#include "compiler/halide/KernelBitcode.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicsX86.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"

using namespace bnopt;

/// Whether the alias information of `store` names `buffer`.
static bool writesTo(const llvm::StoreInst &store, llvm::StringRef buffer) {
  const llvm::MDNode *tag = store.getMetadata(llvm::LLVMContext::MD_tbaa);
  if (!tag || tag->getNumOperands() < 2)
    return false;
  auto *type = llvm::dyn_cast_or_null<llvm::MDNode>(tag->getOperand(1));
  while (type && type->getNumOperands() >= 2) {
    auto *name = llvm::dyn_cast<llvm::MDString>(type->getOperand(0));
    if (name && name->getString() == buffer)
      return true;
    type = llvm::dyn_cast_or_null<llvm::MDNode>(type->getOperand(1));
  }
  return false;
}

/// Later loads and stores of other cores must not overtake stores that bypass
/// the cache. Those of tasks are fenced by who runs these (runtime/tasks.c).
static void fenceReturns(llvm::Function &function) {
  for (llvm::BasicBlock &block : function)
    if (auto *end = llvm::dyn_cast<llvm::ReturnInst>(block.getTerminator()))
      llvm::IRBuilder<>(end).CreateIntrinsic(llvm::Intrinsic::x86_sse_sfence,
                                             {});
}

/// Stores that bypass the cache want alignment; LLVM divides a vector into
/// parts of the alignment it has, of 16 bytes at least. Neighbouring parts
/// leave the processor together.
static bool isAlignedVector(const llvm::StoreInst &store) {
  constexpr uint64_t smallestPart = 16;
  return store.getValueOperand()->getType()->isVectorTy() &&
         store.getAlign().value() >= smallestPart;
}

/// Marks the stores to `buffer` of the kernel `symbol` and its tasks.
static void markStores(llvm::Module &module, llvm::StringRef symbol,
                       llvm::StringRef buffer) {
  llvm::LLVMContext &context = module.getContext();
  auto *one = llvm::ConstantAsMetadata::get(
      llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), 1));
  auto *mark = llvm::MDNode::get(context, one);
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function)) {
      auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction);
      if (!store || !isAlignedVector(*store) || !writesTo(*store, buffer))
        continue;
      store->setMetadata(llvm::LLVMContext::MD_nontemporal, mark);
    }
  if (llvm::Function *function = module.getFunction(symbol))
    fenceReturns(*function);
}

/// The offset of `host` in `halide_buffer_t`, behind a device handle and the
/// interface to the device.
static constexpr unsigned hostOffset = 16;

/// int symbol(buffers…) { return aligned(output) ? a(buffers…) : b(buffers…); }
static llvm::Error addDispatch(llvm::Module &module,
                               const StreamingKernel &kernel,
                               llvm::StringRef symbol) {
  llvm::Function *any = module.getFunction(symbol);
  llvm::Function *aligned = module.getFunction(kernel.alignedSymbol);
  if (!any || !aligned || any->getFunctionType() != aligned->getFunctionType())
    return llvm::createStringError("the code of a kernel lacks its function");
  any->setName(symbol + "_any");
  auto *dispatch = llvm::Function::Create(any->getFunctionType(),
                                          llvm::GlobalValue::ExternalLinkage,
                                          symbol, module);
  dispatch->copyAttributesFrom(any);
  auto &context = module.getContext();
  auto *entry = llvm::BasicBlock::Create(context, "entry", dispatch);
  llvm::IRBuilder<> builder(entry);
  llvm::Value *slot = builder.CreateConstInBoundsGEP1_32(
      builder.getInt8Ty(), dispatch->getArg(kernel.outputArgument), hostOffset);
  llvm::Value *host = builder.CreateLoad(builder.getInt64Ty(), slot);
  llvm::Value *rest = builder.CreateAnd(host, uint64_t(streamingAlignment - 1));
  llvm::Value *isAligned = builder.CreateICmpEQ(rest, builder.getInt64(0));
  llvm::SmallVector<llvm::Value *> arguments;
  for (llvm::Argument &argument : dispatch->args())
    arguments.push_back(&argument);
  llvm::SmallVector<llvm::BasicBlock *> blocks;
  for (llvm::Function *version : {aligned, any}) {
    version->setLinkage(llvm::GlobalValue::InternalLinkage);
    auto *block = llvm::BasicBlock::Create(context, "run", dispatch);
    llvm::IRBuilder<> inside(block);
    inside.CreateRet(inside.CreateCall(version, arguments));
    blocks.push_back(block);
  }
  builder.CreateCondBr(isAligned, blocks[0], blocks[1]);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
bnopt::compileStreaming(const StreamingKernel &kernel, llvm::StringRef symbol,
                        llvm::CodeGenFileType fileType) {
  llvm::LLVMContext context;
  auto any = readBitcode(*kernel.anyAlignment, context);
  if (!any)
    return any.takeError();
  auto aligned = readBitcode(*kernel.aligned, context);
  if (!aligned)
    return aligned.takeError();
  markStores(**aligned, kernel.alignedSymbol, kernel.output);
  if (llvm::Linker::linkModules(**any, std::move(*aligned)))
    return llvm::createStringError("two versions of a kernel cannot be linked");
  if (llvm::Error error = addDispatch(**any, kernel, symbol))
    return std::move(error);
  return generateCode(**any, fileType);
}
