//===- Schedule.cpp - Which schedule a kernel gets ------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;

namespace {
struct ScheduleAnchor {
  KernelFuncs &kernel;
  const VectorUnit &unit;

  void operator()(std::monostate) {
    if (!kernel.factors.empty() &&
        kernel.factors.front().features > FactorFunc::mostAtOnce)
      return scheduleManyFactors(kernel, unit);
    if (!scheduleTransposition(kernel, unit))
      scheduleElementwise(kernel, unit);
  }
  void operator()(ConvolutionFuncs &conv) {
    if (conv.isDepthwise || !conv.isPacked)
      return scheduleDepthwise(kernel, conv, unit);
    scheduleConvolution(kernel, conv, unit);
  }
  void operator()(PhasedConvolutionFuncs &phased) {
    schedulePhases(kernel, phased, unit);
  }
  void operator()(WeightGradientFuncs &gradient) {
    scheduleWeightGradient(kernel, gradient, unit);
  }
  void operator()(PackingFuncs &packing) {
    schedulePacking(kernel, packing, unit);
  }
  void operator()(WindowFuncs &window) { scheduleWindow(kernel, window, unit); }
  void operator()(MaxPoolGradientFuncs &pool) {
    scheduleMaxPoolGradient(kernel, pool, unit);
  }
  void operator()(ReductionFuncs &reduction) {
    scheduleReduction(kernel, reduction, unit);
  }
  void operator()(FeatureFuncs &features) {
    scheduleFeatures(kernel, features, unit);
  }
  void operator()(SoftmaxFuncs &softmax) {
    scheduleSoftmax(kernel, softmax, unit);
  }
  void operator()(RowNormFuncs &norm) { scheduleRowNorm(kernel, norm, unit); }
  void operator()(RowNormGradientFuncs &gradient) {
    scheduleRowNormGradient(kernel, gradient, unit);
  }
  void operator()(RowGroupGradientFuncs &gradient) {
    scheduleRowGroupGradient(kernel, gradient, unit);
  }
};
} // namespace

/// On the stack, before all else. Of too many features, they are computed with
/// the blocks of these, or else wherever they are used.
static void scheduleFactor(const FactorFunc &factor, const VectorUnit &unit) {
  if (factor.features > FactorFunc::mostAtOnce)
    return;
  Halide::Func func = factor.func;
  func.compute_root()
      .store_in(Halide::MemoryType::Register)
      .vectorize(func.args()[0], getLanes(factor.features, unit.lanes, false),
                 Halide::TailStrategy::ShiftInwards);
}

void bnopt::scheduleKernel(KernelFuncs &kernel, const VectorUnit &unit) {
  for (const FactorFunc &factor : kernel.factors)
    scheduleFactor(factor, unit);
  std::visit(ScheduleAnchor{kernel, unit}, kernel.anchor);
}
