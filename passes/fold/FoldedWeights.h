//===- FoldedWeights.h - The arithmetic of folding ------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H
#define BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H

#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "passes/fold/ConstantData.h"

#include <optional>
#include <string>

namespace bnopt {

/// The constants of a linear operator.
struct LinearConstants {
  ConstantData weights;
  /// One element per feature of the result; absent where there is none.
  std::optional<ConstantData> bias;
  /// The element type of the bias that the folded operator gets.
  mlir::Type biasElementType;
};

/// The constants of a linear operator that has absorbed a scale-shift.
struct FoldedConstants {
  ConstantBuffer weights, bias;
};

/// W' = s·W, b' = s·b + t: the scale-shift `below` the operator, whose result
/// features lie in the weights as `view` says. Fails with `reason` when a result
/// is not finite in its type.
mlir::FailureOr<FoldedConstants>
foldBelow(const LinearConstants &constants, const FeatureView &view,
          const ScaleAndShift &below, mlir::MLIRContext *context,
          std::string &reason);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H
