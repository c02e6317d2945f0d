//===- ScheduleReductionTest.cpp - Reductions that are made of parts ------===//

#include "ScheduleTest.h"

using namespace bnopt;

namespace {
class ScheduleReductionTest : public ScheduleTest {};

/// The moments of a feature of an image or matrix, as training computes them.
void addMoments(std::vector<KernelCase> &cases, const Operand &input,
                const std::string &axes, const Operand &result,
                const Operand &center) {
  cases.push_back(
      makeCase("mean", input, result,
               "%y = nn.reduce_mean %a axes " + axes + " : (A) -> Y"));
  cases.push_back(makeCase("squares", {input, center}, result,
                           "%0 = nn.sub %a, %b : (A, B) -> A\n"
                           "  %1 = nn.mul %0, %0 : (A, A) -> A\n"
                           "  %y = nn.reduce_mean %1 axes " +
                               axes + " : (A) -> Y"));
  cases.push_back(
      makeCase("maximum", input, result,
               "%y = nn.reduce_max %a axes " + axes + " : (A) -> Y"));
}
} // namespace

// Fewer channels than lanes, as many, and numbers that vectors do not divide.
TEST_P(ScheduleReductionTest, Images) {
  std::vector<KernelCase> cases;
  for (int64_t channels : {1, 3, 8, 17, 64, 100})
    addMoments(cases, lastC({3, channels, 23, 29}), "[0, 2, 3]", {{channels}},
               {{channels, 1, 1}});
  check(cases);
}

// Rows longer than a run, none that a run divides, and parts of one run.
TEST_P(ScheduleReductionTest, Rows) {
  std::vector<KernelCase> cases;
  for (int64_t width : {257, 1024, 3001})
    addMoments(cases, lastC({2, 5, 1, width}), "[0, 2, 3]", {{5}}, {{5, 1, 1}});
  addMoments(cases, lastC({513, 70, 1, 1}), "[0, 2, 3]", {{70}}, {{70, 1, 1}});
  addMoments(cases, lastC({2, 4, 3, 9, 11}), "[0, 2, 3, 4]", {{4}},
             {{4, 1, 1, 1}});
  check(cases);
}

TEST_P(ScheduleReductionTest, Matrices) {
  std::vector<KernelCase> cases;
  for (int64_t columns : {1, 5, 65, 2048})
    addMoments(cases, Operand{{700, columns}}, "[0]", {{columns}}, {{columns}});
  check(cases);
}

// Features along any dimension, halos and slices, and several results a row.
TEST_P(ScheduleReductionTest, Layouts) {
  std::vector<KernelCase> cases;
  addMoments(cases, Operand{{5, 6, 7, 40}}, "[0, 1, 2]", {{40}}, {{40}});
  addMoments(cases, Operand{{5, 30, 7, 6}}, "[1, 2, 3]", {{5}}, {{5, 1, 1, 1}});
  addMoments(cases, lastC({2, 20, 19, 17}, {0, 0, 0, 0, 1, 1, 1, 1}),
             "[0, 2, 3]", {{20}}, {{20, 1, 1}});
  addMoments(cases, lastC({2, 20, 19, 17}, {}, 50), "[0, 2, 3]", {{20}},
             {{20, 1, 1}});
  addMoments(cases, lastC({3, 20, 31, 37}), "[2, 3]", {{3, 20}}, {{20, 1, 1}});
  addMoments(cases, lastC({3, 20, 31, 37}), "[0, 3]", {{20, 31}},
             {{20, 31, 1}});
  check(cases);
}

// Large enough for several threads.
TEST_P(ScheduleReductionTest, Parallel) {
  std::vector<KernelCase> cases;
  addMoments(cases, lastC({8, 64, 56, 56}), "[0, 2, 3]", {{64}}, {{64, 1, 1}});
  addMoments(cases, lastC({8, 3, 112, 113}), "[0, 2, 3]", {{3}}, {{3, 1, 1}});
  check(cases);
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleReductionTest, allTargets(),
                         getTargetTestName);
