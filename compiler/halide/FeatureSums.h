//===- FeatureSums.h - Sums over the elements of features -----------------===//

#ifndef BNOPT_COMPILER_HALIDE_FEATURESUMS_H
#define BNOPT_COMPILER_HALIDE_FEATURESUMS_H

#include "compiler/halide/Doubles.h"
#include "compiler/halide/KernelFuncs.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace bnopt {

/// Data in logical dimensions, and the dimension of their features.
struct FeatureData {
  llvm::SmallVector<int64_t> shape, strides;
  int64_t featureIndex = 0;
  /// Pixels of a row of an image, before rows became one; else 1.
  int64_t rowPixels = 1;
  /// How often the features are repeated along their dimension.
  int64_t repeats = 1;
  /// What is summed is computed with numbers of the feature.
  bool readsFeatures = false;
};

/// What is summed over the elements of a run, as a rule in f32: of the logical
/// indices of an element and of the first one of its run.
using RunTerms = llvm::function_ref<std::vector<Halide::Expr>(
    llvm::ArrayRef<Halide::Expr>, llvm::ArrayRef<Halide::Expr>)>;

/// What a run adds to the sums of its feature, in f64: made of its own sums,
/// the logical indices of its first element, and the number of its elements.
using RunMerge = llvm::function_ref<std::vector<Halide::Expr>(
    llvm::ArrayRef<Halide::Expr>, llvm::ArrayRef<Halide::Expr>,
    const Halide::Expr &)>;

/// Defines `run`, `sums` and `totals` of the result. Sums are taken in one
/// pass: a run of at most 64 elements in f32, all runs of a feature in f64.
FeatureFuncs makeFeatureSums(const FeatureData &data, const RunTerms &terms,
                             const RunMerge &merge);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_FEATURESUMS_H
