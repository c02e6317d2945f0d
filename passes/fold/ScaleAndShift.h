//===- ScaleAndShift.h - The numbers of a scale-shift ---------------------===//

#ifndef BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
#define BNOPT_PASSES_FOLD_SCALEANDSHIFT_H

#include "dialect/BN/BNOps.h"

#include <optional>
#include <vector>

namespace bnopt {

/// Scale and shift of each feature, in f64 until they end in weights.
struct ScaleAndShift {
  explicit ScaleAndShift(size_t numFeatures)
      : scale(numFeatures), shift(numFeatures) {}

  std::vector<double> scale, shift;
};

/// The parameters of `op`; none if they are not constants.
std::optional<ScaleAndShift> readScaleAndShift(bn::ScaleShiftOp op);

/// Builds the operator, with f64 constants as parameters.
bn::ScaleShiftOp createScaleShift(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value input,
                                  const ScaleAndShift &values,
                                  int64_t featureIndex);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_SCALEANDSHIFT_H
