//===- FoldedWeights.cpp - The arithmetic of folding ----------------------===//
//
// A linear operator y = W·x + b followed by s·y + t, per feature of y, is the
// operator with
//
//   W' = s·W,  b' = s·b + t,
//
// whatever its strides, pads, dilations and groups: the operator itself says
// which weight belongs to which feature.
//
//===----------------------------------------------------------------------===//

#include "passes/fold/FoldedWeights.h"

#include "mlir/IR/Threading.h"

#include <atomic>

using namespace mlir;

namespace bnopt {

/// Elements that one thread scales at a time; a task of this size takes some
/// 50 µs, far more than handing it out.
constexpr int64_t elementsPerTask = 1 << 16;

/// Fills `result` with `weights`, each element multiplied by the scale of its
/// feature. Returns whether all products are finite.
static bool scaleWeights(const ConstantData &weights, const FeatureView &view,
                         ArrayRef<double> scale, ConstantBuffer &result,
                         MLIRContext *context) {
  // A row is a run of elements of one feature.
  const int64_t numRows = view.groups * view.outer * view.featuresPerGroup;
  const int64_t rowsPerTask =
      std::max<int64_t>(1, elementsPerTask / std::max<int64_t>(1, view.inner));
  const int64_t numTasks = llvm::divideCeil(numRows, rowsPerTask);
  std::atomic<bool> finite = true;
  const auto runTask = [&](int64_t task) {
    const int64_t firstRow = task * rowsPerTask;
    const int64_t lastRow = std::min(firstRow + rowsPerTask, numRows);
    bool taskFinite = true;
    for (int64_t row = firstRow; row < lastRow; ++row) {
      const int64_t group = row / (view.outer * view.featuresPerGroup);
      const double factor =
          scale[group * view.featuresPerGroup + row % view.featuresPerGroup];
      taskFinite &=
          result.fill(row * view.inner, (row + 1) * view.inner,
                      [&](int64_t index) { return factor * weights[index]; });
    }
    if (!taskFinite)
      finite = false;
  };
  if (numTasks == 1)
    runTask(0);
  else
    parallelFor(context, 0, numTasks, runTask);
  return finite;
}

FailureOr<FoldedConstants> foldBelow(const LinearConstants &constants,
                                     const FeatureView &view,
                                     const ScaleAndShift &below,
                                     MLIRContext *context,
                                     std::string &reason) {
  const int64_t numFeatures = view.numFeatures();
  FoldedConstants folded{ConstantBuffer(constants.weights.getType()),
                         ConstantBuffer(RankedTensorType::get(
                             {numFeatures}, constants.biasElementType))};
  bool finite = scaleWeights(constants.weights, view, below.scale,
                             folded.weights, context);
  finite &= folded.bias.fill(0, numFeatures, [&](int64_t feature) {
    const double bias = constants.bias ? (*constants.bias)[feature] : 0;
    return below.scale[feature] * bias + below.shift[feature];
  });
  if (!finite) {
    reason = "the scaled weights are not finite in their type";
    return failure();
  }
  return folded;
}

} // namespace bnopt
