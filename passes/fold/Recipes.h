//===- Recipes.h - How folded constants follow from parameters ------------===//

#ifndef BNOPT_PASSES_FOLD_RECIPES_H
#define BNOPT_PASSES_FOLD_RECIPES_H

#include "dialect/BN/BNAttrs.h"
#include "passes/fold/ScaleAndShift.h"

#include <optional>

namespace bnopt {

/// One or more affine maps of each feature of `input`, one after the other: in
/// numbers, and in terms of parameters that may be refreshed.
struct AffineSteps {
  mlir::Value input;
  /// Composed of the initial numbers, each step after all before.
  ScaleAndShift values;
  llvm::SmallVector<bn::StepAttr> steps;
  /// Some step has a shift, whatever its numbers.
  bool mayShift = false;
  /// Some operand may be refreshed.
  bool isRefreshable = false;
};

/// A constant as the operand of a recipe or step: the name of a parameter, or
/// its numbers, which then are fixed. Null if it is neither, but follows from
/// parameters itself, or is no constant. Numbers are copied.
mlir::Attribute getRecipeOperand(mlir::Value constant);

/// Whether it can be one; asking costs nothing.
bool isRecipeOperand(mlir::Value constant);

/// `op` as steps: a `bn.scale_shift`, or arithmetic with one constant per
/// feature. None if it is anything else, or its initial numbers are not finite.
std::optional<AffineSteps> readAffineSteps(mlir::Operation *op);

/// `first`, then `second`.
AffineSteps appendSteps(AffineSteps first, const AffineSteps &second);

/// Builds the operator, with parameters of `elementType`.
bn::ScaleShiftOp createScaleShift(mlir::OpBuilder &builder, mlir::Location loc,
                                  const AffineSteps &steps,
                                  mlir::Type elementType);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_RECIPES_H
