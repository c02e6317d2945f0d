//===- FoldedWeights.h - The arithmetic of folding ------------------------===//
//
// All numbers that a fold makes are computed here, in f64, and rounded once.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H
#define BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H

#include "dialect/Interfaces/ScaleShiftOpInterface.h"
#include "passes/fold/ConstantData.h"

#include <optional>
#include <string>

namespace bnopt {

/// The constants of a linear operator y = W·x + b, and the type of y.
struct LinearConstants {
  ConstantData weights;
  /// One element per feature of the result; absent where there is none.
  std::optional<ConstantData> bias;
  mlir::RankedTensorType resultType;

  /// The element type of the bias that the folded operator gets.
  mlir::Type getBiasElementType() const {
    return bias ? bias->getType().getElementType()
                : resultType.getElementType();
  }
};

/// The constants of a linear operator that has absorbed a scale-shift.
struct FoldedConstants {
  ConstantBuffer weights;
  /// One element per feature of the result; absent where the operator keeps the
  /// bias it has, or none.
  std::optional<ConstantBuffer> bias;
  /// What is added to the operator's result, broadcast to it.
  std::optional<ConstantBuffer> addend;
  /// With fl the rounding to the type of the constants, the largest over the
  /// features of the result of
  ///
  ///   Σ|W' − fl(W')| / Σ max(|W'|, m)  and  E(b') / max(B', m)
  ///
  /// where m = 2⁻¹²⁶ is the smallest normal f32, E(b') the error of b', and B'
  /// the sum of the magnitudes of its terms: |s·b| + |t| below an operator,
  /// |b| + Σ|W·t| above one. So with exact arithmetic at run time and inputs
  /// of magnitude X at most, the fold moves no result of magnitude
  /// X·Σ|W'| + B' by more than `bound` times that. Where Σ W·t cancels what
  /// the weights sum up, the terms are larger than the result, as they are in
  /// the rounding of the sum itself.
  double bound = 0;
};

/// W' = s·W, b' = s·b + t: the scale-shift `below` the operator. A shift for
/// which the operator has no bias becomes the addend. Fails with `reason` when
/// a number is not finite in its type.
mlir::FailureOr<FoldedConstants> foldBelow(const LinearConstants &constants,
                                           const ScaleShiftTarget &target,
                                           const ScaleAndShift &below,
                                           mlir::MLIRContext *context,
                                           std::string &reason);

/// W' = W·s, b' = b + Σ W·t: the scale-shift `above` the operator. Where the
/// taps that are read differ between positions, the bias stays and the sums are
/// the addend, one element per feature and position.
mlir::FailureOr<FoldedConstants> foldAbove(const LinearConstants &constants,
                                           const ScaleShiftTargetAbove &target,
                                           const ScaleAndShift &above,
                                           mlir::MLIRContext *context,
                                           std::string &reason);

/// The type of s·c + t: that of the constant `type`, with one element per
/// feature along `values.featureIndex`, which counts as in `OperandScaleShift`.
mlir::RankedTensorType getScaledConstantType(mlir::RankedTensorType type,
                                             const ScaleAndShift &values);

/// s·c + t of a constant, as `weights`.
mlir::FailureOr<FoldedConstants> foldConstant(const ConstantData &constant,
                                              const ScaleAndShift &values,
                                              std::string &reason);

/// Elements of the addend that a shift above an operator needs; 0 if none.
int64_t getNumAddendElements(const ScaleShiftTargetAbove &target,
                             const ScaleAndShift &above);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FOLDEDWEIGHTS_H
