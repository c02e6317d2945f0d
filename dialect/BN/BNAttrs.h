//===- BNAttrs.h - How constants follow from parameters -------------------===//

#ifndef BNOPT_DIALECT_BN_BNATTRS_H
#define BNOPT_DIALECT_BN_BNATTRS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "dialect/BN/BNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialect/BN/BNAttrs.h.inc"

namespace bnopt::bn {

/// Of a constant that depends on parameters that may be refreshed: its recipe.
inline constexpr llvm::StringLiteral recipeAttrName = "bn.recipe";
/// Of a function: the parameters of its model.
inline constexpr llvm::StringLiteral parametersAttrName = "bn.parameters";

/// The numbers of `elements` as recipes hold them, inline; null if `elements`
/// is a resource without data, or neither resource nor inline.
mlir::DenseElementsAttr getInlineElements(mlir::ElementsAttr elements);

} // namespace bnopt::bn

#endif // BNOPT_DIALECT_BN_BNATTRS_H
