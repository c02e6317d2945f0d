//===- RaiseTosaToBN.cpp - Batch norms in TOSA ----------------------------===//
//
// TOSA has no normalization. Exporters write sub, add, rsqrt, mul, mul, add,
// with parameters reshaped to the rank of the data.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/convert/RaiseToBN.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_RAISETOSATOBNPASS
#include "passes/Passes.h.inc"

namespace {

struct RaiseTosaToBNPass : impl::RaiseTosaToBNPassBase<RaiseTosaToBNPass> {
  void runOnOperation() override {
    RaisedCounts counts;
    raiseUnder(
        getOperation(),
        [](Operation *op) { return isa<tosa::TosaDialect>(op->getDialect()); },
        counts);
    numBatchNorms += counts.batchNorms;
    numScaleShifts += counts.scaleShifts;
  }
};

} // namespace
} // namespace bnopt
