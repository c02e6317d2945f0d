//===- DeadOperators.h - What a rewrite leaves behind ---------------------===//

#ifndef BNOPT_PASSES_FOLD_DEADOPERATORS_H
#define BNOPT_PASSES_FOLD_DEADOPERATORS_H

#include "mlir/IR/Operation.h"

namespace bnopt {

/// Erases `op`, and what computes its operands, as far as nothing uses it.
void eraseIfDead(mlir::Operation *op);

/// Erases all operators under `root` whose results nothing uses.
void eraseDeadUnder(mlir::Operation *root);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_DEADOPERATORS_H
