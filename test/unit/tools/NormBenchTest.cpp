/// What a norm benchmark makes of its measurements.

#include "tools/bn-bench/NormBench.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bnopt {
namespace {

const NormShape shape = {{2, 3, 4}, ChannelOrder::First};

/// Writes the results of the forward direction.
void computeForward(NormProblem &problem) {
  auto x = problem.get("input"), y = problem.get("output"),
       scale = problem.get("scale"), offset = problem.get("offset"),
       mean = problem.get("mean"), variance = problem.get("variance");
  problem.shape().forEach([&](int64_t i, int64_t, int64_t c) {
    const float deviation = std::sqrt(variance[c] + float(normEpsilon));
    y[i] = std::fmax(scale[c] * (x[i] - mean[c]) / deviation + offset[c], 0.0f);
  });
}

TEST(NormProblem, ErrorsOfWhatIsNotANumberDoNotPass) {
  NormProblem problem(shape);
  computeForward(problem);
  EXPECT_LE(problem.getError(Direction::Forward), 1e-5);
  // Numbers follow it, and results of other outputs.
  for (const char *name : {"output", "mean", "variance"}) {
    float &value = problem.get(name)[0];
    const float kept = value;
    value = NAN;
    EXPECT_TRUE(std::isnan(problem.getError(Direction::Forward))) << name;
    value = kept;
  }
  for (const char *name :
       {"input_gradient", "scale_gradient", "offset_gradient"}) {
    float &value = problem.get(name)[0];
    value = NAN;
    EXPECT_TRUE(std::isnan(problem.getError(Direction::Backward))) << name;
    value = 0;
  }
}

/// As fast as memory, and twice as fast as the rivals `hows`.
NormResult makeResult(std::vector<std::string> hows) {
  NormResult result{shape, Direction::Backward, 1, {{1.0}}, {}, {}};
  result.sweeps = {{Sweep::ReadTwo, {{0.5}}},
                   {Sweep::Merge, {{0.5}}},
                   {Sweep::MergePast, {{0.5}}}};
  for (const std::string &how : hows)
    result.rivals.push_back({how, RivalMemory::Kept, {{2.0}}});
  return result;
}

TEST(NormResult, PassesOnlyWhatWasMeasured) {
  EXPECT_EQ(getVerdict(makeResult({"eager", "compile"})), Verdict::Passed);
  EXPECT_EQ(getVerdict(makeResult({"eager"})), Verdict::NotMeasured);
  EXPECT_EQ(getVerdict(makeResult({})), Verdict::NotMeasured);
  NormResult wrong = makeResult({"eager", "compile"});
  wrong.error = NAN;
  EXPECT_EQ(getVerdict(wrong), Verdict::Failed);
  NormResult slow = makeResult({});
  slow.own.seconds = {2.0};
  EXPECT_EQ(getVerdict(slow), Verdict::Failed);
  std::vector<NormResult> results = {makeResult({"eager", "compile"})};
  EXPECT_EQ(getVerdict(results), Verdict::Passed);
  results.push_back(makeResult({}));
  EXPECT_EQ(getVerdict(results), Verdict::NotMeasured);
  results.insert(results.begin(), slow);
  EXPECT_EQ(getVerdict(results), Verdict::Failed);
}

} // namespace
} // namespace bnopt
