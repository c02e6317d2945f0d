//===- Normalization.cpp - The bn dialect ---------------------------------===//

#include "compiler/reference/Evaluators.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace bnopt::reference {
namespace {

/// Calls `body(c, offset)` for each element, where c is its feature.
template <typename Body>
void forEachFeature(const Tensor &x, int64_t featureIndex, Body &&body) {
  const DimensionView view(x.shape, featureIndex);
  for (int64_t o = 0; o < view.outer; ++o)
    for (int64_t c = 0; c < view.size; ++c)
      for (int64_t n = 0; n < view.inner; ++n)
        body(c, view.at(o, c, n));
}

struct Statistics {
  Tensor mean, variance;
};

/// Mean and population variance of each feature, in two passes.
Statistics computeStatistics(const Tensor &x, int64_t featureIndex) {
  const int64_t numFeatures = x.shape[featureIndex];
  const double count = static_cast<double>(x.size()) / numFeatures;
  Statistics result{Tensor({numFeatures}), Tensor({numFeatures})};
  forEachFeature(x, featureIndex,
                 [&](int64_t c, int64_t i) { result.mean[c] += x[i] / count; });
  forEachFeature(x, featureIndex, [&](int64_t c, int64_t i) {
    const double centered = x[i] - result.mean[c];
    result.variance[c] += centered * centered / count;
  });
  return result;
}

/// scale·(x − mean)/√(variance + epsilon) + offset
Tensor normalize(const Tensor &x, const Tensor &scale, const Tensor &offset,
                 const Tensor &mean, const Tensor &variance, double epsilon,
                 int64_t featureIndex) {
  Tensor y(x.shape);
  forEachFeature(x, featureIndex, [&](int64_t c, int64_t i) {
    y[i] = scale[c] * (x[i] - mean[c]) / std::sqrt(variance[c] + epsilon) +
           offset[c];
  });
  return y;
}

struct ParameterGradients {
  Tensor scale, offset;
};

/// dScale = Σ dy·x̂, dOffset = Σ dy
ParameterGradients computeParameterGradients(const Tensor &x,
                                             const Tensor &mean,
                                             const Tensor &variance,
                                             const Tensor &dy, double epsilon,
                                             int64_t featureIndex) {
  ParameterGradients result{Tensor(mean.shape), Tensor(mean.shape)};
  forEachFeature(x, featureIndex, [&](int64_t c, int64_t i) {
    result.scale[c] +=
        dy[i] * (x[i] - mean[c]) / std::sqrt(variance[c] + epsilon);
    result.offset[c] += dy[i];
  });
  return result;
}

/// dx = scale/√(variance + epsilon)·(dy − dOffset/n − x̂·dScale/n)
Tensor computeInputGradient(const Tensor &x, const Tensor &scale,
                            const Tensor &mean, const Tensor &variance,
                            const Tensor &dy, const Tensor &dScale,
                            const Tensor &dOffset, double epsilon,
                            int64_t featureIndex) {
  const double n = static_cast<double>(x.size()) / x.shape[featureIndex];
  Tensor dx(x.shape);
  forEachFeature(x, featureIndex, [&](int64_t c, int64_t i) {
    const double deviation = std::sqrt(variance[c] + epsilon);
    const double normalized = (x[i] - mean[c]) / deviation;
    dx[i] = scale[c] / deviation *
            (dy[i] - dOffset[c] / n - normalized * dScale[c] / n);
  });
  return dx;
}

Results evaluate(bn::InferenceOp op, Operands in) {
  return single(normalize(*in[0], *in[1], *in[2], *in[3], *in[4],
                          op.getEpsilon().convertToDouble(),
                          op.getFeatureIndex()));
}

/// The sum of a mean and what rounding has taken from it, the operand `rest` if
/// there is one.
Tensor addRest(const Tensor &mean, Operands in, size_t rest) {
  Tensor sum(mean);
  if (rest < in.size())
    for (int64_t c = 0; c < sum.size(); ++c)
      sum[c] += (*in[rest])[c];
  return sum;
}

/// Mean and variance; a mean that is not rounded has a rest of zero.
llvm::SmallVector<Tensor> getResults(const Statistics &statistics,
                                     bool withRest) {
  llvm::SmallVector<Tensor> results = {statistics.mean, statistics.variance};
  if (withRest)
    results.push_back(Tensor(statistics.mean.shape));
  return results;
}

Results evaluate(bn::NormalizeOp op, Operands in) {
  return single(normalize(*in[0], *in[1], *in[2], addRest(*in[3], in, 5),
                          *in[4], op.getEpsilon().convertToDouble(),
                          op.getFeatureIndex()));
}

Results evaluate(bn::ScaleShiftOp op, Operands in) {
  const Tensor &x = *in[0], &scale = *in[1], &shift = *in[2];
  Tensor y(x.shape);
  forEachFeature(x, op.getFeatureIndex(), [&](int64_t c, int64_t i) {
    y[i] = scale[c] * x[i] + shift[c];
  });
  return single(std::move(y));
}

Results evaluate(bn::StatisticsOp op, Operands in) {
  return getResults(computeStatistics(*in[0], op.getFeatureIndex()),
                    bool(op.getMeanRest()));
}

Results evaluate(bn::TrainingOp op, Operands in) {
  const Tensor &x = *in[0];
  const int64_t feature = op.getFeatureIndex();
  Statistics statistics = computeStatistics(x, feature);
  Tensor y = normalize(x, *in[1], *in[2], statistics.mean, statistics.variance,
                       op.getEpsilon().convertToDouble(), feature);
  llvm::SmallVector<Tensor> results =
      getResults(statistics, bool(op.getMeanRest()));
  results.insert(results.begin(), std::move(y));
  return results;
}

Results evaluate(bn::UpdateRunningOp op, Operands in) {
  const double count = static_cast<double>(op.getCount());
  if (count == 0)
    return single(*in[0]);
  const double momentum = op.getMomentum().convertToDouble();
  const bool keeps = op.getConvention() == bn::MomentumConvention::Keep;
  const double keep = keeps ? momentum : 1 - momentum;
  const bool sample = op.getEstimator() == bn::VarianceEstimator::Sample;
  const double correction = sample && count > 1 ? count / (count - 1) : 1;
  Tensor running(*in[0]);
  for (int64_t c = 0; c < running.size(); ++c)
    running[c] = keep * running[c] + (1 - keep) * correction * (*in[1])[c];
  return single(std::move(running));
}

Results evaluate(bn::UpdateCumulativeOp op, Operands in) {
  const auto count = static_cast<double>(op.getCount());
  if (count == 0)
    return single(*in[0]);
  const bool sample = op.getEstimator() == bn::VarianceEstimator::Sample;
  const double correction = sample && count > 1 ? count / (count - 1) : 1;
  Tensor running(*in[0]);
  for (int64_t c = 0; c < running.size(); ++c)
    running[c] += (correction * (*in[1])[c] - running[c]) / (*in[2])[0];
  return single(std::move(running));
}

Results evaluate(bn::GradientStatisticsOp op, Operands in) {
  ParameterGradients gradients = computeParameterGradients(
      *in[0], addRest(*in[1], in, 4), *in[2], *in[3],
      op.getEpsilon().convertToDouble(), op.getFeatureIndex());
  return llvm::SmallVector<Tensor>{gradients.scale, gradients.offset};
}

Results evaluate(bn::GradientInputOp op, Operands in) {
  return single(computeInputGradient(
      *in[0], *in[1], addRest(*in[2], in, 7), *in[3], *in[4], *in[5], *in[6],
      op.getEpsilon().convertToDouble(), op.getFeatureIndex()));
}

Results evaluate(bn::GradientOp op, Operands in) {
  const Tensor &x = *in[0], &scale = *in[1], &variance = *in[3], &dy = *in[4];
  const double epsilon = op.getEpsilon().convertToDouble();
  const int64_t feature = op.getFeatureIndex();
  // 'mean' may have been rounded.
  const Tensor mean = computeStatistics(x, feature).mean;
  ParameterGradients gradients =
      computeParameterGradients(x, mean, variance, dy, epsilon, feature);
  Tensor dx =
      computeInputGradient(x, scale, mean, variance, dy, gradients.scale,
                           gradients.offset, epsilon, feature);
  return llvm::SmallVector<Tensor>{dx, gradients.scale, gradients.offset};
}

/// Each sample is a row; scale and offset lie along it.
Results evaluate(bn::LayerNormOp op, Operands in) {
  const Tensor &x = *in[0], &scale = *in[1];
  const double epsilon = op.getEpsilon().convertToDouble();
  const int64_t count = scale.size();
  Tensor y(x.shape);
  for (int64_t row = 0; row < x.size(); row += count) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < count; ++i)
      mean += x[row + i] / count;
    for (int64_t i = 0; i < count; ++i)
      variance += (x[row + i] - mean) * (x[row + i] - mean) / count;
    for (int64_t i = 0; i < count; ++i)
      y[row + i] =
          scale[i] * (x[row + i] - mean) / std::sqrt(variance + epsilon) +
          (in.size() > 2 ? (*in[2])[i] : 0);
  }
  return single(std::move(y));
}

/// y = scale·x/√(mean(x²) + epsilon)
Results evaluate(bn::RMSNormOp op, Operands in) {
  const Tensor &x = *in[0], &scale = *in[1];
  const double epsilon = op.getEpsilon().convertToDouble();
  const int64_t count = scale.size();
  Tensor y(x.shape);
  for (int64_t row = 0; row < x.size(); row += count) {
    double squares = 0;
    for (int64_t i = 0; i < count; ++i)
      squares += x[row + i] * x[row + i] / count;
    for (int64_t i = 0; i < count; ++i)
      y[row + i] = scale[i] * x[row + i] / std::sqrt(squares + epsilon);
  }
  return single(std::move(y));
}

/// Batch normalization of the input seen as 1×(N·groups)×(C/groups·spatial),
/// with scale and offset per channel.
Results evaluate(bn::GroupNormOp op, Operands in) {
  const Tensor &x = *in[0];
  if (x.size() == 0)
    return single(x);
  const int64_t numSets = x.shape[0] * static_cast<int64_t>(op.getGroups());
  const Statistics statistics =
      computeStatistics(Tensor({numSets, x.size() / numSets}, x.data), 0);
  const double epsilon = op.getEpsilon().convertToDouble();
  const int64_t setSize = x.size() / numSets;
  Tensor y(x.shape);
  forEachFeature(x, 1, [&](int64_t c, int64_t i) {
    const int64_t set = i / setSize;
    y[i] = (*in[1])[c] * (x[i] - statistics.mean[set]) /
               std::sqrt(statistics.variance[set] + epsilon) +
           (*in[2])[c];
  });
  return single(std::move(y));
}

} // namespace

Results evaluateNormalization(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<bn::InferenceOp, bn::NormalizeOp, bn::ScaleShiftOp,
            bn::StatisticsOp, bn::TrainingOp, bn::UpdateRunningOp,
            bn::UpdateCumulativeOp, bn::GradientStatisticsOp,
            bn::GradientInputOp, bn::GradientOp, bn::LayerNormOp, bn::RMSNormOp,
            bn::GroupNormOp>(
          [&](auto typed) { return evaluate(typed, operands); })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
