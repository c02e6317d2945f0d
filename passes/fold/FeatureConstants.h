//===- FeatureConstants.h - Operators that are scale-shifts ---------------===//

#ifndef BNOPT_PASSES_FOLD_FEATURECONSTANTS_H
#define BNOPT_PASSES_FOLD_FEATURECONSTANTS_H

#include "passes/fold/ScaleAndShift.h"

namespace bnopt {

/// An affine map of each feature of `input`.
struct FeatureAffine {
  mlir::Value input;
  ScaleAndShift values;
};

/// The map that `op` computes: a `bn.scale_shift` with constant parameters, or
/// addition, subtraction, multiplication or division by a constant per feature.
/// None if it is anything else, not finite, or asked to stay.
std::optional<FeatureAffine> readFeatureAffine(mlir::Operation *op);

/// As `readFeatureAffine`, but with the initial numbers of parameters that may
/// be refreshed (`ConstantData::getInitial`).
std::optional<FeatureAffine> readInitialFeatureAffine(mlir::Operation *op);

/// Whether operators of this kind are ever such maps.
bool mayBeFeatureAffine(mlir::Operation *op);

} // namespace bnopt

#endif // BNOPT_PASSES_FOLD_FEATURECONSTANTS_H
