//===- RaiseLinalgToBN.cpp - Batch norms in linalg ------------------------===//
//
// What torch-mlir and IREE write as one generic, and what conversions from
// StableHLO write as a generic per operation with broadcasts between them, is
// the same expression of each element, as ElementExpressions.cpp reads it.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/convert/RaiseToBN.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_RAISELINALGTOBNPASS
#include "passes/Passes.h.inc"

namespace {

struct RaiseLinalgToBNPass
    : impl::RaiseLinalgToBNPassBase<RaiseLinalgToBNPass> {
  void runOnOperation() override {
    RaisedCounts counts;
    raiseUnder(
        getOperation(), [](Operation *op) { return isa<linalg::LinalgOp>(op); },
        counts);
    numBatchNorms += counts.batchNorms;
    numScaleShifts += counts.scaleShifts;
  }
};

} // namespace
} // namespace bnopt
