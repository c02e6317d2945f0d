//===- WeightGradientRuns.h - How gradients of weights are summed ---------===//
//
// The sum over all pixels of a batch is made of runs, which are summed in
// registers, and runs are added to a total in cache. Several parts have a total
// of their own each, so that threads can share the work; how a sum is cut
// follows from shapes alone, so that its rounding does not depend on threads.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_PASSES_LOWER_WEIGHTGRADIENTRUNS_H
#define BNOPT_PASSES_LOWER_WEIGHTGRADIENTRUNS_H

#include "dialect/NN/NNOps.h"

namespace bnopt {

struct WeightGradientRuns {
  /// The size of a run along each spatial dimension and the batch, in the
  /// order x, y, …, n; each divides its extent.
  llvm::SmallVector<int64_t> sizes;
  /// Runs along each of them.
  llvm::SmallVector<int64_t> counts;
  /// Divides the number of runs; each part is a sequence of runs.
  int64_t parts = 1;
};

WeightGradientRuns getWeightGradientRuns(nn::ConvWeightGradientOp op);

/// Elements of an input channel that a run reads.
int64_t countRunInputs(nn::ConvWeightGradientOp op,
                       const WeightGradientRuns &runs);

/// Whether what a run reads of the input channels of any register tile fits on
/// the stack (`maxStripBytes`), so that it can be computed when it is loaded.
bool canLoadRuns(nn::ConvWeightGradientOp op);

/// The same of what a run reads of the output's gradient.
bool canLoadGradientRuns(nn::ConvWeightGradientOp op);

} // namespace bnopt

#endif // BNOPT_PASSES_LOWER_WEIGHTGRADIENTRUNS_H
