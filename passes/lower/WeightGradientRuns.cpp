//===- WeightGradientRuns.cpp - How gradients of weights are summed -------===//

#include "passes/lower/WeightGradientRuns.h"

#include "passes/lower/StripModel.h"
#include "passes/lower/TileModel.h"

#include <algorithm>

using namespace mlir;
using namespace bnopt;

/// Pixels of a run: enough that adding a run to the total takes a few per cent
/// of its time, and so few that a tile's channels of the gradient stay in the
/// first-level cache, and its rows of input in the second-level one.
static constexpr int64_t longestRun = 128;

/// Parts for 16 threads, as long as their totals take no more than this.
static constexpr int64_t maxParts = 16;
static constexpr int64_t maxTotalBytes = 4 << 20;

WeightGradientRuns bnopt::getWeightGradientRuns(nn::ConvWeightGradientOp op) {
  RankedTensorType gradient = op.getOutputGradient().getType();
  SmallVector<int64_t> extents =
      llvm::to_vector(llvm::reverse(gradient.getShape().drop_front(2)));
  extents.push_back(gradient.getDimSize(0));
  WeightGradientRuns runs;
  int64_t pixels = 1, numRuns = 1;
  bool isWhole = true;
  for (int64_t extent : extents) {
    // A row is never cut, and a dimension only joins a run if all dimensions
    // inside it are in it as a whole.
    const int64_t size =
        runs.sizes.empty() ? extent
        : isWhole ? getLargestDivisor(extent,
                                      std::max<int64_t>(1, longestRun / pixels))
                  : 1;
    runs.sizes.push_back(size);
    runs.counts.push_back(extent / size);
    isWhole &= size == extent;
    pixels *= size;
    numRuns *= extent / size;
  }
  const int64_t totalBytes =
      op.getType().getNumElements() * static_cast<int64_t>(sizeof(float));
  runs.parts = getLargestDivisor(
      numRuns, std::clamp<int64_t>(maxTotalBytes / totalBytes, 1, maxParts));
  return runs;
}

int64_t bnopt::countRunInputs(nn::ConvWeightGradientOp op,
                              const WeightGradientRuns &runs) {
  const auto kernelShape = op.getKernelShape();
  int64_t count = runs.sizes.back();
  for (auto [size, window, stride, dilation] : llvm::zip_equal(
           llvm::reverse(llvm::ArrayRef(runs.sizes).drop_back()), kernelShape,
           op.getStrideValues(), op.getDilationValues()))
    count *= (size - 1) * stride + (window - 1) * dilation + 1;
  return count;
}

static bool hasRuns(nn::ConvWeightGradientOp op) {
  return op.getGroups() == 1 && op.getInput().getType().hasStaticShape() &&
         op.getOutputGradient().getType().hasStaticShape();
}

bool bnopt::canLoadRuns(nn::ConvWeightGradientOp op) {
  if (!hasRuns(op))
    return false;
  const int64_t inputs = getLargestDivisor(
      op.getInput().getType().getDimSize(1), maxWeightTileInputs);
  return inputs * countRunInputs(op, getWeightGradientRuns(op)) *
             static_cast<int64_t>(sizeof(float)) <=
         maxStripBytes;
}

bool bnopt::canLoadGradientRuns(nn::ConvWeightGradientOp op) {
  if (!hasRuns(op))
    return false;
  const int64_t channels = std::min(
      maxWeightTileOutputs, op.getOutputGradient().getType().getDimSize(1));
  int64_t pixels = 1;
  for (int64_t size : getWeightGradientRuns(op).sizes)
    pixels *= size;
  return channels * pixels * static_cast<int64_t>(sizeof(float)) <=
         maxStripBytes;
}
