//===- RecomputeNormalized.cpp - Gates without kept activations -----------===//
//
// Of y = f(normalize(x)), the gradient with respect to x is that of the
// normalization at f'(y)·dy. Its kernel reads x anyway, twice; y, as often, it
// can make of x. Copies of what makes y stand before each gate, where they
// become one kernel with it.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/train/NormalizedReaders.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_RECOMPUTENORMALIZEDPASS
#include "passes/Passes.h.inc"

namespace {

struct RecomputeNormalizedPass
    : impl::RecomputeNormalizedPassBase<RecomputeNormalizedPass> {
  void runOnOperation() override {
    getOperation().walk([&](nn::GateOp gate) {
      const SmallVector<Operation *> chain = getGatedChain(gate);
      if (chain.empty() || isGateForLoad(gate))
        return;
      OpBuilder builder(gate);
      IRMapping copies;
      for (Operation *op : chain)
        builder.clone(*op, copies);
      gate.getValueMutable().assign(copies.lookup(gate.getValue()));
      ++numRecomputed;
    });
  }
};

} // namespace
} // namespace bnopt
