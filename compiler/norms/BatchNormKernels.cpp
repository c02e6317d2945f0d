//===- BatchNormKernels.cpp - Kernels of batch norm -----------------------===//

#include "compiler/norms/NormKernelBuilder.h"

#include "dialect/BN/BNOps.h"

using namespace mlir;
using namespace bnopt;

static void addRunningStatistics(NormKernelBuilder &kernel, Value mean,
                                 Value variance) {
  const RunningUpdate update = *kernel.options.running;
  const auto convention = update == RunningUpdate::KeepPopulation ||
                                  update == RunningUpdate::KeepSample
                              ? bn::MomentumConvention::Keep
                              : bn::MomentumConvention::Update;
  const auto estimator = update == RunningUpdate::KeepPopulation ||
                                 update == RunningUpdate::UpdatePopulation
                             ? bn::VarianceEstimator::Population
                             : bn::VarianceEstimator::Sample;
  const int64_t count =
      kernel.type.getNumElements() / kernel.type.getDimSize(kernel.axis);
  const auto add = [&](StringRef name, Value statistic,
                       bn::VarianceEstimator estimator) {
    Value running = kernel.addVector(("running_" + name).str());
    Value updated = kernel.function.create<bn::UpdateRunningOp>(
        running.getType(), running, statistic,
        llvm::APFloat(*kernel.options.momentum), convention, estimator, count);
    kernel.function.addOutput(("updated_" + name).str(), updated);
  };
  // A mean has no estimator.
  add("mean", mean, bn::VarianceEstimator::Population);
  add("variance", variance, estimator);
}

LogicalResult bnopt::buildBatchNormTraining(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addVector("scale"),
        offset = kernel.addVector("offset");
  if (kernel.options.inPlace)
    kernel.function.overwrite(x);
  auto op = kernel.function.create<bn::TrainingOp>(
      x, scale, offset, kernel.getEpsilon(), kernel.getAxis());
  kernel.addFused(op.getResult());
  kernel.function.addOutput("mean", op.getBatchMean());
  kernel.function.addOutput("variance", op.getBatchVariance());
  if (kernel.options.running)
    addRunningStatistics(kernel, op.getBatchMean(), op.getBatchVariance());
  return success();
}

LogicalResult bnopt::buildBatchNormInference(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input"), scale = kernel.addVector("scale"),
        offset = kernel.addVector("offset"), mean = kernel.addVector("mean"),
        variance = kernel.addVector("variance");
  kernel.addFused(kernel.function.create<bn::InferenceOp>(
      x.getType(), x, scale, offset, mean, variance, kernel.getEpsilon(),
      kernel.getAxis()));
  return success();
}

LogicalResult bnopt::buildBatchNormStatistics(NormKernelBuilder &kernel) {
  Value x = kernel.addData("input");
  auto op = kernel.function.create<bn::StatisticsOp>(x, kernel.getAxis());
  kernel.function.addOutput("mean", op.getMean());
  kernel.function.addOutput("variance", op.getVariance());
  return success();
}

LogicalResult bnopt::buildBatchNormGradient(NormKernelBuilder &kernel) {
  NormKernelFunction &function = kernel.function;
  Value x = kernel.addData("input"), scale = kernel.addVector("scale"),
        mean = kernel.addVector("mean"),
        variance = kernel.addVector("variance"),
        dy = kernel.addData("output_gradient");
  if (kernel.options.inPlace)
    function.overwrite(dy);
  const auto normalize = [&]() -> Value {
    return function.create<bn::NormalizeOp>(
        x.getType(), x, scale, kernel.addVector("offset"), mean, variance,
        /*meanRest=*/Value(), kernel.getEpsilon(), kernel.getAxis());
  };
  const auto gradients =
      differentiateFusions(function, kernel.fusions, dy, normalize);
  if (failed(gradients))
    return failure();
  auto op = function.create<bn::GradientOp>(
      x, scale, mean, variance, gradients->input, kernel.getEpsilon(),
      kernel.getAxis());
  function.addOutput("input_gradient", op.getInputGradient());
  function.addOutput("scale_gradient", op.getScaleGradient());
  function.addOutput("offset_gradient", op.getOffsetGradient());
  if (gradients->addend)
    function.addOutput("addend_gradient", gradients->addend);
  return success();
}
