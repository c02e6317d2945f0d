//===- RaiseNormalizations.cpp - Normalizations in disguise ---------------===//
//
// Exporters write normalizations out in elementary operators. First what
// depends on constants only is computed, in f64, since parameters reach a
// graph as expressions; then norms whose statistics depend on the data are
// found, and last the arithmetic by constants that is left.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/RaiseNormalizations.h"

#include "passes/Passes.h"
#include "passes/fold/DeadOperators.h"

using namespace mlir;

namespace bnopt {

#define GEN_PASS_DEF_RAISENORMALIZATIONSPASS
#include "passes/Passes.h.inc"

namespace {

struct RaiseNormalizationsPass
    : impl::RaiseNormalizationsPassBase<RaiseNormalizationsPass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    ConstantExpressions constants(function);
    numStatistics += raiseStatistics(function, constants);
    numScaleShifts += raiseAffineChains(function, constants);
    constants.materialize();
    eraseDeadUnder(function);
  }
};

} // namespace
} // namespace bnopt
