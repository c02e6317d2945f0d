//===- Normalizations.h - What counts as one, and what it is called -------===//

#ifndef BNOPT_PASSES_NORMALIZATIONS_H
#define BNOPT_PASSES_NORMALIZATIONS_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

#include "llvm/ADT/SmallVector.h"

#include <string>

namespace bnopt {

/// Whether `op` normalizes, or is the scale-shift that inference batch norm
/// becomes.
bool isNormalization(mlir::Operation *op);

/// Whether `op` computes mean and variance, or one of them, from its input.
bool hasComputedStatistics(mlir::Operation *op);
/// The same of operators called `name`.
bool hasComputedStatistics(llvm::StringRef name);

/// The unit attribute of a normalization that is asked to stay as it is: it
/// goes into no other operator and takes none in.
inline constexpr llvm::StringLiteral keepAttrName = "bn.keep";

inline bool isAskedToStay(mlir::Operation *op) {
  return op->hasAttr(keepAttrName);
}

/// The names of the nodes at `location`, in order and each once; `LINE:COLUMN`
/// for what has no name.
llvm::SmallVector<std::string> getNodeNames(mlir::Location location);

/// The first of these names, or an empty string.
std::string getNodeName(mlir::Location location);

} // namespace bnopt

#endif // BNOPT_PASSES_NORMALIZATIONS_H
