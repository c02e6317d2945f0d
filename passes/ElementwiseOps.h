//===- ElementwiseOps.h - Operators that work on each element by itself ---===//

#ifndef BNOPT_PASSES_ELEMENTWISEOPS_H
#define BNOPT_PASSES_ELEMENTWISEOPS_H

#include "mlir/IR/Operation.h"

namespace bnopt {

/// Whether each element of the result depends, of every operand, on the same
/// element only, or on the one that broadcasting puts there.
bool isElementwise(mlir::Operation *op);

} // namespace bnopt

#endif // BNOPT_PASSES_ELEMENTWISEOPS_H
