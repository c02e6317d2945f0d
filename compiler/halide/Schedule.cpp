//===- Schedule.cpp - Which schedule a kernel gets ------------------------===//

#include "compiler/halide/Schedule.h"
#include "compiler/halide/ScheduleLoops.h"

using namespace bnopt;

namespace {
struct ScheduleAnchor {
  KernelFuncs &kernel;
  const VectorUnit &unit;

  void operator()(std::monostate) { scheduleElementwise(kernel, unit); }
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
};
} // namespace

/// On the stack, before all else.
static void scheduleFactor(Halide::Func factor, int features,
                           const VectorUnit &unit) {
  factor.compute_root()
      .store_in(Halide::MemoryType::Register)
      .vectorize(factor.args()[0], getLanes(features, unit.lanes, false),
                 Halide::TailStrategy::ShiftInwards);
}

void bnopt::scheduleKernel(KernelFuncs &kernel, const VectorUnit &unit) {
  for (const auto &[factor, features] : kernel.factors)
    scheduleFactor(factor, features, unit);
  std::visit(ScheduleAnchor{kernel, unit}, kernel.anchor);
}
