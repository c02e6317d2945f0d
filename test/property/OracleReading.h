//===- OracleReading.h - Operators that are affine maps -------------------===//

#ifndef BNOPT_TEST_PROPERTY_ORACLEREADING_H
#define BNOPT_TEST_PROPERTY_ORACLEREADING_H

#include "test/property/OracleRules.h"

#include "dialect/BN/BNOps.h"

namespace bnopt::property {

/// A step of arithmetic with a constant.
struct Arithmetic {
  mlir::Value input;
  /// The dimensions along which the constant varies.
  llvm::SmallVector<int64_t> dims;
  std::vector<double> numbers;
  bool constantFirst = false;
};

/// The map of a normalization; none if its parameters are not constants.
std::optional<Affine> readInference(bn::InferenceOp op);
std::optional<Affine> readScaleShift(bn::ScaleShiftOp op);

/// Addition, subtraction, multiplication and division by a constant.
std::optional<Arithmetic> readArithmetic(mlir::Operation *op);
/// The map of `step`, which is `op`, along `dim`; none if it is not finite.
std::optional<Affine> readStep(mlir::Operation *op, const Arithmetic &step,
                               int64_t dim);
/// Arithmetic that is a map of the features of one dimension by itself.
std::optional<std::pair<mlir::Value, Affine>>
readFeatureStep(mlir::Operation *op);

} // namespace bnopt::property

#endif // BNOPT_TEST_PROPERTY_ORACLEREADING_H
