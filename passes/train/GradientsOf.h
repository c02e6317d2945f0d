//===- GradientsOf.h - What a model is differentiated by ------------------===//

#ifndef BNOPT_PASSES_TRAIN_GRADIENTSOF_H
#define BNOPT_PASSES_TRAIN_GRADIENTSOF_H

namespace bnopt {

/// What a model is differentiated with respect to.
enum class GradientsOf {
  Inputs,     ///< arguments of the function
  Parameters, ///< constants that the model names
  All,
};

} // namespace bnopt

#endif // BNOPT_PASSES_TRAIN_GRADIENTSOF_H
