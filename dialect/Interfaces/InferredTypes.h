//===- InferredTypes.h - What type inference promises ---------------------===//

#ifndef BNOPT_DIALECT_INTERFACES_INFERREDTYPES_H
#define BNOPT_DIALECT_INTERFACES_INFERREDTYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeRange.h"

namespace bnopt {

/// True if an operator whose inferred result types are `inferred` may have the
/// result types `actual`: equal element types and ranks, and equal sizes where
/// both are known. An unranked inferred type promises nothing.
///
/// Inference never fails: where an operator violates a constraint it leaves
/// the dimension open, and the verifier states the violation.
bool areCompatibleTypes(mlir::TypeRange inferred, mlir::TypeRange actual);

/// True if the sizes are equal or one of them is unknown.
inline bool areCompatibleSizes(int64_t lhs, int64_t rhs) {
  return lhs == rhs || mlir::ShapedType::isDynamic(lhs) ||
         mlir::ShapedType::isDynamic(rhs);
}

} // namespace bnopt

#endif // BNOPT_DIALECT_INTERFACES_INFERREDTYPES_H
