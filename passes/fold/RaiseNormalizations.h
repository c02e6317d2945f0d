//===- RaiseNormalizations.h - The parts of the pass ----------------------===//

#ifndef BNOPT_PASSES_FOLD_RAISENORMALIZATIONS_H
#define BNOPT_PASSES_FOLD_RAISENORMALIZATIONS_H

#include "passes/fold/ConstantExpressions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnopt {

/// Layer, group, instance and RMS norms written out in means and roots become
/// operators of the `bn` dialect. Returns how many.
int64_t raiseStatistics(mlir::func::FuncOp function,
                        ConstantExpressions &constants);

/// Chains of arithmetic by constants, one per feature, become `bn.scale_shift`.
/// Returns how many.
int64_t raiseAffineChains(mlir::func::FuncOp function,
                          ConstantExpressions &constants);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_RAISENORMALIZATIONS_H
