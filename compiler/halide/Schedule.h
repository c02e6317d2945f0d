//===- Schedule.h - How kernels are computed ------------------------------===//
//
// The schedule files see Funcs and numbers only: no IR.
//
// No schedule may need memory at run time: what is stored goes to registers or
// to a stack slot of constant size. No element may be computed twice when the
// kernel runs in place.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_COMPILER_HALIDE_SCHEDULE_H
#define BNOPT_COMPILER_HALIDE_SCHEDULE_H

#include "compiler/halide/KernelFuncs.h"
#include "passes/lower/TileModel.h"

#include <functional>

namespace bnopt {

/// Schedules all Funcs of `kernel` for a processor with `unit`.
void scheduleKernel(KernelFuncs &kernel, const VectorUnit &unit);

/// How an elementwise kernel divides the outermost dimension of its result.
struct SweepOptions {
  /// Tasks, which should divide it and may be divided again; 0 if they are to
  /// be chosen.
  int tasks = 0;
  /// Neighbouring rows that are computed together at most, so that what they
  /// share is loaded once.
  int rows = 1;
};

// One class of kernels each; `scheduleKernel` chooses.
void scheduleConvolution(KernelFuncs &kernel, ConvolutionFuncs &conv,
                         const VectorUnit &unit);
void scheduleDepthwise(KernelFuncs &kernel, ConvolutionFuncs &conv,
                       const VectorUnit &unit);
void schedulePhases(KernelFuncs &kernel, PhasedConvolutionFuncs &phased,
                    const VectorUnit &unit);
void scheduleWeightGradient(KernelFuncs &kernel, WeightGradientFuncs &gradient,
                            const VectorUnit &unit);
void schedulePacking(KernelFuncs &kernel, const PackingFuncs &packing,
                     const VectorUnit &unit);
void scheduleWindow(KernelFuncs &kernel, WindowFuncs &window,
                    const VectorUnit &unit);
void scheduleMaxPoolGradient(KernelFuncs &kernel, MaxPoolGradientFuncs &pool,
                             const VectorUnit &unit);
void scheduleReduction(KernelFuncs &kernel, ReductionFuncs &reduction,
                       const VectorUnit &unit);
void scheduleFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                      const VectorUnit &unit);
/// The same of features whose pixels follow each other in memory.
void scheduleFeaturesOutside(KernelFuncs &kernel, FeatureFuncs &features,
                             const VectorUnit &unit, bool isParallel);
/// The same of too few features for all threads to have one; which these are.
void scheduleDividedFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                             const VectorUnit &unit);
bool shouldDivideFeatures(const FeatureFuncs &features);
/// The same of features that lie side by side, but are too many for their sums
/// to be divided into parts.
void scheduleManyFeatures(KernelFuncs &kernel, FeatureFuncs &features,
                          const VectorUnit &unit, bool isParallel);
/// An elementwise kernel with too many features for its factors to be computed
/// at once.
void scheduleManyFactors(KernelFuncs &kernel, const VectorUnit &unit);

/// Vectors of features whose sums of a run stay in the first-level cache, where
/// registers are too few.
inline constexpr int maximumRunVectors = 32;
/// Computes runs of so many features at `level`, several rows at a time.
void scheduleRunInCache(FeatureFuncs &features, const Halide::LoopLevel &level,
                        int lanes);
/// Schedules runs that lie side by side in the lanes of vectors.
void scheduleRunOfLanes(FeatureFuncs &features, int vectorLanes);
void scheduleSoftmax(KernelFuncs &kernel, SoftmaxFuncs &softmax,
                     const VectorUnit &unit);
void scheduleRowNorm(KernelFuncs &kernel, RowNormFuncs &norm,
                     const VectorUnit &unit);
void scheduleRowNormGradient(KernelFuncs &kernel,
                             RowNormGradientFuncs &gradient,
                             const VectorUnit &unit);
void scheduleRowGroupGradient(KernelFuncs &kernel,
                              RowGroupGradientFuncs &gradient,
                              const VectorUnit &unit);
/// Schedules sums along a row; `place` says where each Func is computed.
void scheduleSumsAlongRow(RowNormFuncs &norm, const VectorUnit &unit,
                          const std::function<void(Halide::Func)> &place);
void scheduleElementwise(KernelFuncs &kernel, const VectorUnit &unit,
                         const SweepOptions &options = {});
/// Schedules an elementwise kernel some of whose arguments lie in another order
/// than its output; false where none does, or dimensions are too short.
bool scheduleTransposition(KernelFuncs &kernel, const VectorUnit &unit);

/// Divides a long reduction into parts, and schedules these. The accumulator is
/// left with the parts to add; with none of them where the reduction is short.
std::optional<std::vector<Halide::RVar>>
scheduleParts(const KernelFuncs &kernel, ReductionFuncs &reduction,
              const VectorUnit &unit);

} // namespace bnopt

#endif // BNOPT_COMPILER_HALIDE_SCHEDULE_H
