//===- ScheduleRowNormTest.cpp - Layer, group and RMS norm ----------------===//

#include "ScheduleTest.h"

using namespace bnopt;

namespace {
class ScheduleRowNormTest : public ScheduleTest {};

KernelCase layerNorm(const Operand &x, int64_t axis,
                     const std::string &epilogue = "") {
  Operand row{
      llvm::SmallVector<int64_t>(llvm::ArrayRef(x.shape).drop_front(axis))};
  const std::string norm =
      " = bn.layer_norm %a, %b, %c {axis = " + std::to_string(axis) +
      " : i64, epsilon = 1.0e-3 : f64} : (A, B, C) -> Y";
  return makeCase("layer_norm", {x, row, row}, x,
                  epilogue.empty() ? "%y" + norm
                                   : "%0" + norm + "\n  " + epilogue);
}

KernelCase rmsNorm(const Operand &x, int64_t axis) {
  Operand row{
      llvm::SmallVector<int64_t>(llvm::ArrayRef(x.shape).drop_front(axis))};
  return makeCase("rms_norm", {x, row}, x,
                  "%y = bn.rms_norm %a, %b {axis = " + std::to_string(axis) +
                      " : i64, epsilon = 1.0e-3 : f64} : (A, B) -> Y");
}

KernelCase groupNorm(const Operand &x, int64_t groups,
                     const std::string &epilogue = "") {
  Operand channels{{x.shape[1]}};
  const std::string norm =
      " = bn.group_norm %a, %b, %c {groups = " + std::to_string(groups) +
      " : i64, epsilon = 1.0e-3 : f64} : (A, B, C) -> Y";
  return makeCase("group_norm", {x, channels, channels}, x,
                  epilogue.empty() ? "%y" + norm
                                   : "%0" + norm + "\n  " + epilogue);
}
} // namespace

// Rows of one element, fewer than a vector, and numbers vectors do not divide.
TEST_P(ScheduleRowNormTest, Rows) {
  std::vector<KernelCase> cases;
  for (int64_t columns : {1, 2, 5, 16, 33, 100, 1023}) {
    cases.push_back(layerNorm(Operand{{7, columns}}, 1));
    cases.push_back(rmsNorm(Operand{{3, 2, columns}}, 2));
  }
  cases.push_back(layerNorm(Operand{{1, 1}}, 1));
  cases.push_back(layerNorm(Operand{{300}}, 0));
  check(cases);
}

// Rows of several dimensions, in one piece of memory or not.
TEST_P(ScheduleRowNormTest, RowsOfSeveralDimensions) {
  std::vector<KernelCase> cases;
  for (int64_t axis : {0, 1, 2, 3}) {
    cases.push_back(layerNorm(Operand{{3, 5, 6, 7}}, axis));
    cases.push_back(layerNorm(lastC({3, 20, 6, 7}), axis));
    cases.push_back(rmsNorm(lastC({3, 5, 6, 7}), axis));
    cases.push_back(
        rmsNorm(lastC({2, 17, 6, 7}, {0, 0, 0, 0, 1, 1, 1, 1}), axis));
  }
  cases.push_back(layerNorm(lastC({2, 40, 33}), 2));
  check(cases);
}

TEST_P(ScheduleRowNormTest, Groups) {
  std::vector<KernelCase> cases;
  for (auto [channels, groups] :
       {std::pair(1, 1), {3, 3}, {6, 2}, {20, 20}, {64, 32}, {40, 1}}) {
    cases.push_back(groupNorm(Operand{{2, channels}}, groups));
    cases.push_back(groupNorm(Operand{{2, channels, 35}}, groups));
    cases.push_back(groupNorm(Operand{{3, channels, 7, 9}}, groups));
    cases.push_back(groupNorm(lastC({3, channels, 7, 9}), groups));
    cases.push_back(groupNorm(lastC({2, channels, 1, 1}), groups));
  }
  cases.push_back(groupNorm(lastC({2, 20, 9, 7}, {}, 50), 5));
  cases.push_back(
      groupNorm(lastC({2, 20, 9, 7}, {0, 0, 0, 0, 1, 1, 1, 1}), 20));
  cases.push_back(groupNorm(Operand{{2, 4, 3, 5, 7}}, 2));
  check(cases);
}

// What stands below is computed with the last element.
TEST_P(ScheduleRowNormTest, Epilogues) {
  const std::string relu = "%y = nn.relu %0 : Y";
  const std::string silu = "%1 = nn.sigmoid %0 : Y\n"
                           "  %y = nn.mul %0, %1 : (Y, Y) -> Y";
  const std::string add =
      "%0 = bn.layer_norm %a, %b {axis = 1 : i64, epsilon = 0.1 : f64} : "
      "(A, B) -> Y\n  %y = nn.add %0, %c : (Y, C) -> Y";
  const std::vector<Operand> addends = {Operand{{4, 65}}, Operand{{65}},
                                        Operand{{4, 65}}};
  std::vector<KernelCase> cases = {
      layerNorm(Operand{{5, 70}}, 1, relu),
      layerNorm(Operand{{2, 3, 50}}, 2, silu),
      groupNorm(lastC({2, 20, 9, 7}), 4, relu),
      groupNorm(Operand{{2, 20, 9, 7}}, 4, silu),
      makeCase("layer_norm_add", addends, addends[0], add)};
  // Into the memory of what is added.
  cases.push_back(makeCase("in place", addends, addends[0], add, "inPlace"));
  cases.back().aliased = 2;
  check(cases);
}

// Large enough for several threads.
TEST_P(ScheduleRowNormTest, Parallel) {
  check({layerNorm(Operand{{1000, 768}}, 1), rmsNorm(Operand{{8, 128, 512}}, 2),
         groupNorm(Operand{{8, 64, 28, 28}}, 32),
         groupNorm(lastC({8, 64, 28, 28}), 32)});
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleRowNormTest, allTargets(),
                         getTargetTestName);
