//===- Schedule.cpp - Which schedule a kernel gets ------------------------===//

#include "compiler/halide/Schedule.h"

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
  void operator()(WindowFuncs &window) { scheduleWindow(kernel, window, unit); }
  void operator()(ReductionFuncs &reduction) {
    scheduleReduction(kernel, reduction, unit);
  }
  void operator()(SoftmaxFuncs &softmax) {
    scheduleSoftmax(kernel, softmax, unit);
  }
};
} // namespace

void bnopt::scheduleKernel(KernelFuncs &kernel, const VectorUnit &unit) {
  std::visit(ScheduleAnchor{kernel, unit}, kernel.anchor);
}
