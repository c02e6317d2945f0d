//===- FuseRemarks.cpp - Where normalizations that stay are computed ------===//

#include "passes/fuse/FuseRemarks.h"

#include "passes/ElementwiseOps.h"
#include "passes/Normalizations.h"
#include "passes/fold/FoldRemarks.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;

namespace bnopt {

StringRef getPlaceName(KernelPlace place) {
  switch (place) {
  case KernelPlace::Load:
    return "load";
  case KernelPlace::Epilogue:
    return "epilogue";
  case KernelPlace::Standalone:
    return "standalone";
  }
  llvm_unreachable("every place has a name");
}

/// Whether a kernel would be there for `op` without any normalization: a value
/// by itself only waits for the kernel that computes it.
static bool isMainOperator(Operation *op) {
  if (isNormalization(op))
    return false;
  return !isElementwise(op) || op->getNumOperands() > 1;
}

KernelPlace getKernelPlace(Operation *op, ArrayRef<Operation *> group) {
  // What is no elementwise operator comes before an addition in the load.
  const auto *anchor = llvm::find_if(
      group, [](Operation *other) { return !isElementwise(other); });
  if (anchor == group.end())
    anchor = llvm::find_if(group, isMainOperator);
  if (anchor == group.end())
    return KernelPlace::Standalone;
  return llvm::find(group, op) < anchor ? KernelPlace::Load
                                        : KernelPlace::Epilogue;
}

void remarkFused(ArrayRef<Operation *> group, StringRef kernel) {
  for (Operation *op : group) {
    if (!isNormalization(op))
      continue;
    remark::passed(op->getLoc(), remark::RemarkOpts::name("Fused").category(
                                     fuseRemarkCategory))
        << remark::metric(remark_key::kernel, kernel.str())
        << remark::metric(remark_key::op, op->getName().getStringRef().str())
        << remark::metric(remark_key::place,
                          getPlaceName(getKernelPlace(op, group)).str());
  }
}

} // namespace bnopt
