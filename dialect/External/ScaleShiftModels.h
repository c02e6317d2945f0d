//===- ScaleShiftModels.h - Upstream dialects join the folding ------------===//

#ifndef BNOPT_DIALECT_EXTERNAL_SCALESHIFTMODELS_H
#define BNOPT_DIALECT_EXTERNAL_SCALESHIFTMODELS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace bnopt {

/// Attaches `ScaleShiftOpInterface` to the convolutions, contractions and
/// elementwise operators of `linalg`, once that dialect is loaded.
void registerLinalgScaleShiftModels(mlir::DialectRegistry &registry);

/// Attaches it to `tensor.pad`, `tensor.collapse_shape` and
/// `tensor.expand_shape`.
void registerTensorScaleShiftModels(mlir::DialectRegistry &registry);

} // namespace bnopt

#endif // BNOPT_DIALECT_EXTERNAL_SCALESHIFTMODELS_H
