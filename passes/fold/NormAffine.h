//===- NormAffine.h - Scale and offset of a norm --------------------------===//

#ifndef BNOPT_PASSES_FOLD_NORMAFFINE_H
#define BNOPT_PASSES_FOLD_NORMAFFINE_H

#include "dialect/Interfaces/ScaleAndShift.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Operation.h"

#include <optional>
#include <vector>

namespace bnopt {

/// What a norm with statistics of its data does after dividing by the root:
/// `scale·n + offset`, each along dimensions `firstDim` to `lastDim`.
struct NormAffine {
  std::vector<double> scale, offset;
  int64_t firstDim, lastDim;
  /// An RMS norm has no place for an offset.
  bool takesOffset = true;

  bool isIdentity() const;
};

/// The constants of `op`, a layer, group or RMS norm or a training batch norm;
/// none if it is something else, or one of them is computed.
std::optional<NormAffine> readNormAffine(mlir::Operation *op);

/// Makes `affine` the constants of `op`, of which it has been read, rounded to
/// the type of its scale. False, and nothing changed, if they are not finite
/// in that type.
bool writeNormAffine(mlir::OpBuilder &builder, mlir::Operation *op,
                     const NormAffine &affine);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_NORMAFFINE_H
