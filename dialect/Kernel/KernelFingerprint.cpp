//===- KernelFingerprint.cpp - What makes two kernels the same ------------===//

#include "dialect/Kernel/KernelFingerprint.h"

#include "mlir/IR/AsmState.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

std::string bnopt::kernel::fingerprint(FuncOp kernel) {
  // The clone stands alone, so that its values are numbered from zero and its
  // name can be the same for all.
  OwningOpRef<FuncOp> clone = kernel.clone();
  clone->setSymName("kernel");
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*clone)->print(stream, OpPrintingFlags().useLocalScope());
  return text;
}
