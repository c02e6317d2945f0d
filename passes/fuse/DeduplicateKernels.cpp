//===- DeduplicateKernels.cpp - Make structurally equal kernels one -------===//

#include "dialect/Kernel/KernelFingerprint.h"
#include "passes/Passes.h"

#include "llvm/ADT/StringMap.h"

namespace bnopt {
#define GEN_PASS_DEF_DEDUPLICATEKERNELSPASS
#include "passes/Passes.h.inc"
} // namespace bnopt

using namespace mlir;
using namespace bnopt;

namespace {
struct DeduplicateKernelsPass
    : bnopt::impl::DeduplicateKernelsPassBase<DeduplicateKernelsPass> {
  void runOnOperation() override {
    llvm::StringMap<FlatSymbolRefAttr> firstOf;
    DenseMap<StringAttr, FlatSymbolRefAttr> replacement;
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<kernel::FuncOp>())) {
      auto [it, isNew] =
          firstOf.try_emplace(kernel::fingerprint(kernel),
                              FlatSymbolRefAttr::get(kernel.getSymNameAttr()));
      if (isNew)
        continue;
      replacement[kernel.getSymNameAttr()] = it->second;
      kernel.erase();
      ++numMerged;
    }
    getOperation().walk([&](kernel::LaunchOp launch) {
      if (auto symbol = replacement.lookup(launch.getCalleeAttr().getAttr()))
        launch.setCalleeAttr(symbol);
    });
  }
};
} // namespace
