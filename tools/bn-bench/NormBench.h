//===- NormBench.h - Batch norm beside memory and PyTorch -----------------===//

#ifndef BNOPT_TOOLS_BNBENCH_NORMBENCH_H
#define BNOPT_TOOLS_BNBENCH_NORMBENCH_H

#include "NormKernel.h"
#include "NormRivals.h"
#include "Sweeps.h"

namespace bnopt {

struct NormBenchOptions {
  std::vector<NormShape> shapes;
  std::vector<int> threads;
  std::vector<Direction> directions;
  /// `eager`, `compile`; none without PyTorch.
  std::vector<std::string> rivals;
  std::string python;
  std::string target;
  /// Of each case, without the rivals' turns.
  double seconds;
};

/// Times of one participant.
struct Samples {
  std::vector<double> seconds;

  double min() const;
  double median() const;
};

/// A rival's times, in one mode.
struct RivalSamples {
  std::string how;
  RivalMemory memory;
  Samples samples;
  int64_t faults = 0;
};

/// One shape, direction and number of threads.
struct NormResult {
  NormShape shape;
  Direction direction;
  int threads;
  Samples own;
  std::vector<std::pair<Sweep, Samples>> sweeps;
  std::vector<RivalSamples> rivals;
  /// Of the results, in terms of each output's largest value.
  double error = 0;

  /// The least time of a sweep, by the faster way of writing.
  double sweepSeconds(Sweep sweep) const;
  /// The sweeps that cannot be avoided: forward reads, then copies; backward
  /// reads two tensors, then merges two into a third. What stays in the cache
  /// is read once, by the second sweep alone.
  double rooflineSeconds() const;
  double share() const { return rooflineSeconds() / own.min(); }
  /// Bytes of these sweeps.
  double minimalBytes() const;
  /// How many times as long a rival takes; none where it was not measured.
  std::optional<double> ratio(const std::string &how, RivalMemory memory) const;
};

/// What a result is held to.
struct NormLimits {
  double share;
  double eager, compile;
};

NormLimits getNormLimits(const NormResult &result);

/// From the best to the worst.
enum class Verdict {
  /// Right, and within all limits.
  Passed,
  /// Right, and within the limits that were measured.
  NotMeasured,
  Failed
};

/// Compares a result, and its ratios to the rivals with their memory kept, with
/// the limits.
Verdict getVerdict(const NormResult &result);
/// The worst verdict on a result.
Verdict getVerdict(llvm::ArrayRef<NormResult> results);

/// `PASS`, `not measured` or `FAILED`.
const char *getVerdictName(Verdict verdict);

/// Measures all cases, and calls `report` after each.
llvm::Error runNormBench(const NormBenchOptions &options,
                         const std::function<void(NormResult)> &report);

} // namespace bnopt

#endif // BNOPT_TOOLS_BNBENCH_NORMBENCH_H
