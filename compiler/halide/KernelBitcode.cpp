//===- KernelBitcode.cpp - What is left to do for kernels in LLVM ---------===//

#include "compiler/halide/KernelBitcode.h"

#include "compiler/X86Backend.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace bnopt;

/// Halide asks for what is to leave the caches after its first use, here a
/// second one follows: sums that asked so took twice the time.
static void keepPrefetched(llvm::Module &module) {
  constexpr unsigned locality = 2;
  constexpr uint64_t allCaches = 3;
  for (llvm::Function &function : module)
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
          call && call->getIntrinsicID() == llvm::Intrinsic::prefetch)
        call->setArgOperand(
            locality, llvm::ConstantInt::get(
                          call->getArgOperand(locality)->getType(), allCaches));
}

/// Whether nothing about `instruction` may be reassociated or contracted.
static bool isStrict(const llvm::Instruction &instruction) {
  return !instruction.getFastMathFlags().any();
}

/// The operand of `sum`, an addition, that is a product of f32 used nowhere
/// else, or null.
static llvm::BinaryOperator *findProduct(llvm::BinaryOperator &sum) {
  for (llvm::Value *operand : sum.operands()) {
    auto *product = llvm::dyn_cast<llvm::BinaryOperator>(operand);
    if (product && product->getOpcode() == llvm::Instruction::FMul &&
        product->hasOneUse() && isStrict(*product))
      return product;
  }
  return nullptr;
}

/// Makes one operation of the products that strict sums of f32 add up: Halide
/// has no strict operator for it. Whoever sums the same elements in the same
/// order gets the same bits, in whichever kernel.
static void contractSums(llvm::Function &function) {
  const llvm::StringRef attributes =
      function.getFnAttribute("target-features").getValueAsString();
  if (!llvm::is_contained(llvm::split(attributes, ','), "+fma"))
    return;
  for (llvm::Instruction &instruction :
       llvm::make_early_inc_range(llvm::instructions(function))) {
    auto *sum = llvm::dyn_cast<llvm::BinaryOperator>(&instruction);
    if (!sum || sum->getOpcode() != llvm::Instruction::FAdd ||
        !sum->getType()->getScalarType()->isFloatTy() || !isStrict(*sum))
      continue;
    llvm::BinaryOperator *product = findProduct(*sum);
    if (!product)
      continue;
    llvm::Value *other = sum->getOperand(sum->getOperand(0) == product ? 1 : 0);
    llvm::IRBuilder<> builder(sum);
    sum->replaceAllUsesWith(builder.CreateIntrinsic(
        llvm::Intrinsic::fma, {sum->getType()},
        {product->getOperand(0), product->getOperand(1), other}));
    sum->eraseFromParent();
    product->eraseFromParent();
  }
}

llvm::Expected<std::unique_ptr<llvm::Module>>
bnopt::readBitcode(const llvm::MemoryBuffer &bitcode,
                   llvm::LLVMContext &context) {
  auto module = llvm::parseBitcodeFile(bitcode, context);
  if (!module)
    return module.takeError();
  keepPrefetched(**module);
  for (llvm::Function &function : **module)
    contractSums(function);
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
