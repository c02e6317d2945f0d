//===- NormResult.cpp - Times of a batch norm, and its limits -------------===//

#include "NormBench.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>

using namespace bnopt;

double Samples::min() const {
  return *std::min_element(seconds.begin(), seconds.end());
}

double Samples::median() const {
  std::vector<double> sorted = seconds;
  auto middle = sorted.begin() + sorted.size() / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

double NormResult::sweepSeconds(Sweep sweep) const {
  for (const auto &[kind, samples] : sweeps)
    if (kind == sweep)
      return samples.min();
  return 0;
}

double NormResult::rooflineSeconds() const {
  const bool isForward = direction == Direction::Forward;
  const double reading =
      shape.isReadOnce()
          ? 0
          : sweepSeconds(isForward ? Sweep::Read : Sweep::ReadTwo);
  return reading + (isForward ? std::min(sweepSeconds(Sweep::Copy),
                                         sweepSeconds(Sweep::CopyPast))
                              : std::min(sweepSeconds(Sweep::Merge),
                                         sweepSeconds(Sweep::MergePast)));
}

double NormResult::minimalBytes() const {
  const int read = direction == Direction::Forward ? 1 : 2;
  const int tensors = (shape.isReadOnce() ? read : 2 * read) + 1;
  return static_cast<double>(tensors * shape.elements()) * sizeof(float);
}

std::optional<double> NormResult::ratio(const std::string &how,
                                        RivalMemory memory) const {
  for (const RivalSamples &rival : rivals)
    if (rival.how == how && rival.memory == memory)
      return rival.samples.min() / own.min();
  return std::nullopt;
}

NormLimits bnopt::getNormLimits(const NormResult &result) {
  constexpr double compile = 1.2;
  // What is asked of batch norm's relatives is the memory's speed.
  if (result.shape.kind != NormKind::Batch)
    return {0.8, 1, 1};
  if (result.direction == Direction::Backward)
    return {0.85, 1.45, compile};
  return {0.88, result.shape.order == ChannelOrder::Last ? 1.7 : 4.5, compile};
}

Verdict bnopt::getVerdict(const NormResult &result) {
  constexpr double tolerance = 1e-5;
  const NormLimits limits = getNormLimits(result);
  const auto eager = result.ratio("eager", RivalMemory::Kept),
             compile = result.ratio("compile", RivalMemory::Kept);
  const bool holds = result.error <= tolerance &&
                     result.share() >= limits.share &&
                     (!eager || *eager >= limits.eager) &&
                     (!compile || *compile >= limits.compile);
  if (!holds)
    return Verdict::Failed;
  return eager && compile ? Verdict::Passed : Verdict::NotMeasured;
}

Verdict bnopt::getVerdict(llvm::ArrayRef<NormResult> results) {
  Verdict verdict = Verdict::Passed;
  for (const NormResult &result : results)
    verdict = std::max(verdict, getVerdict(result));
  return verdict;
}

const char *bnopt::getVerdictName(Verdict verdict) {
  switch (verdict) {
  case Verdict::Passed:
    return "PASS";
  case Verdict::NotMeasured:
    return "not measured";
  case Verdict::Failed:
    return "FAILED";
  }
  llvm_unreachable("unknown verdict");
}
