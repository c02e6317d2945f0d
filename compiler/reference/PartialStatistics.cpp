//===- PartialStatistics.cpp - Statistics of runs, and of all of them -----===//

#include "compiler/reference/Evaluators.h"

#include "dialect/BN/BNOps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

namespace bnopt::reference {
namespace {

/// One element for each run of `x`.
Tensor makeRuns(const Tensor &x, int64_t run) {
  llvm::SmallVector<int64_t> shape(x.shape.begin(), x.shape.end());
  shape.back() /= run;
  return Tensor(shape);
}

/// The feature of element `i` of a tensor of `shape`.
int64_t getFeature(llvm::ArrayRef<int64_t> shape, int64_t featureIndex,
                   int64_t i) {
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 1; dim > featureIndex;
       --dim)
    i /= shape[dim];
  return i % shape[featureIndex];
}

Results evaluate(bn::PartialStatisticsOp op, Operands in) {
  const Tensor &x = *in[0];
  const auto run = static_cast<int64_t>(op.getRun());
  Tensor first = makeRuns(x, run), distances = first, squares = first;
  for (int64_t i = 0; i < x.size(); ++i) {
    if (i % run == 0)
      first[i / run] = x[i];
    const double distance = x[i] - first[i / run];
    distances[i / run] += distance;
    squares[i / run] += distance * distance;
  }
  return llvm::SmallVector<Tensor>{first, distances, squares};
}

Results evaluate(bn::MergeStatisticsOp op, Operands in) {
  const Tensor &first = *in[0], &distances = *in[1], &squares = *in[2];
  const auto index = static_cast<int64_t>(op.getFeatureIndex());
  const int64_t numFeatures = first.shape[index];
  const auto run = static_cast<double>(op.getRun());
  const double count = static_cast<double>(first.size()) / numFeatures * run;
  Tensor mean({numFeatures}), variance({numFeatures});
  for (int64_t i = 0; i < first.size(); ++i)
    mean[getFeature(first.shape, index, i)] +=
        (first[i] * run + distances[i]) / count;
  for (int64_t i = 0; i < first.size(); ++i) {
    const int64_t c = getFeature(first.shape, index, i);
    const double shift = first[i] - mean[c];
    variance[c] +=
        (squares[i] + shift * (2 * distances[i] + run * shift)) / count;
  }
  llvm::SmallVector<Tensor> results = {mean, variance};
  // Nothing is rounded here.
  if (op.getMeanRest())
    results.emplace_back(Tensor({numFeatures}));
  return results;
}

Results evaluate(bn::PartialGradientStatisticsOp op, Operands in) {
  const Tensor &dy = *in[0], &x = *in[1], &mean = *in[2];
  const auto run = static_cast<int64_t>(op.getRun());
  const auto index = static_cast<int64_t>(op.getFeatureIndex());
  Tensor products = makeRuns(dy, run), gradients = makeRuns(dy, run);
  for (int64_t i = 0; i < dy.size(); ++i) {
    products[i / run] += dy[i] * (x[i] - mean[getFeature(dy.shape, index, i)]);
    gradients[i / run] += dy[i];
  }
  return llvm::SmallVector<Tensor>{products, gradients};
}

Results evaluate(bn::MergeGradientStatisticsOp op, Operands in) {
  const Tensor &products = *in[0], &gradients = *in[1], &variance = *in[2];
  const auto index = static_cast<int64_t>(op.getFeatureIndex());
  const double epsilon = op.getEpsilon().convertToDouble();
  Tensor scale(variance.shape), offset(variance.shape);
  for (int64_t i = 0; i < products.size(); ++i) {
    const int64_t c = getFeature(products.shape, index, i);
    const double rest = op.getMeanRest() ? (*in[3])[c] : 0;
    scale[c] +=
        (products[i] - rest * gradients[i]) / std::sqrt(variance[c] + epsilon);
    offset[c] += gradients[i];
  }
  return llvm::SmallVector<Tensor>{scale, offset};
}

} // namespace

Results evaluatePartialStatistics(mlir::Operation *op, Operands operands) {
  return llvm::TypeSwitch<mlir::Operation *, Results>(op)
      .Case<bn::PartialStatisticsOp, bn::MergeStatisticsOp,
            bn::PartialGradientStatisticsOp, bn::MergeGradientStatisticsOp>(
          [&](auto typed) { return evaluate(typed, operands); })
      .Default(std::nullopt);
}

} // namespace bnopt::reference
