//===- ScheduleTranspositionTest.cpp - Reads in another order -------------===//

#include "ScheduleTest.h"

using namespace bnopt;

namespace {
class ScheduleTranspositionTest : public ScheduleTest {};

using Shape = llvm::SmallVector<int64_t>;

/// With a pixel of zeros around each image.
Operand lastCWithHalo(llvm::ArrayRef<int64_t> shape) {
  Shape halo(2 * shape.size(), 1);
  std::fill(halo.begin(), halo.begin() + 4, 0);
  return lastC(shape, halo);
}

KernelCase makeCopy(const std::string &name, const Operand &from,
                    const Operand &to) {
  return {name, "kernel.func @k(%a: " + getType(from.shape) + " " +
                    withLayout(from.layout) + ") -> (" + getType(to.shape) +
                    " " + withLayout(to.layout) +
                    ") {\n  kernel.return %a : " + getType(to.shape) + "\n}\n"};
}

KernelCase makeTranspose(const std::string &name, const Operand &from,
                         const Operand &to, const std::string &permutation) {
  return makeCase(name, from, to,
                  "%y = nn.transpose %a permutation [" + permutation +
                      "] : (A) -> Y");
}
} // namespace

// Pixels and channels that tiles divide, that they do not, and that are fewer.
TEST_P(ScheduleTranspositionTest, CopiesBetweenLayouts) {
  std::vector<KernelCase> cases;
  for (const Shape &shape : std::initializer_list<Shape>{{2, 32, 8, 8},
                                                         {1, 100, 7, 7},
                                                         {3, 9, 5, 13},
                                                         {2, 3, 9, 11},
                                                         {1, 5, 3, 3},
                                                         {2, 64, 2, 2},
                                                         {2, 24, 3, 3, 5},
                                                         {3, 17, 29}}) {
    cases.push_back(makeCopy("to channels last", {shape}, lastC(shape)));
    cases.push_back(makeCopy("to channels first", lastC(shape), {shape}));
  }
  check(cases);
}

// Rows of pixels that are not one with the next, or channels of a slice.
TEST_P(ScheduleTranspositionTest, CopiesWithGaps) {
  std::vector<KernelCase> cases;
  for (const Shape &shape : std::initializer_list<Shape>{
           {2, 32, 8, 16}, {1, 100, 7, 7}, {2, 9, 3, 19}, {2, 24, 3, 3, 9}}) {
    const Operand slice = lastC(shape, {}, shape[1] + 7);
    cases.push_back(makeCopy("into a halo", {shape}, lastCWithHalo(shape)));
    cases.push_back(makeCopy("out of a halo", lastCWithHalo(shape), {shape}));
    cases.push_back(makeCopy("into a slice", {shape}, slice));
    cases.push_back(makeCopy("out of a slice", slice, {shape}));
  }
  check(cases);
}

TEST_P(ScheduleTranspositionTest, Permutations) {
  check(
      {makeTranspose("matrix", {{33, 50}}, {{50, 33}}, "1, 0"),
       makeTranspose("small matrix", {{5, 4}}, {{4, 5}}, "1, 0"),
       makeTranspose("vector", {{1, 40}}, {{40, 1}}, "1, 0"),
       makeTranspose("rank 3", {{3, 21, 18}}, {{3, 18, 21}}, "0, 2, 1"),
       makeTranspose("keys", {{2, 20, 3, 16}}, {{2, 3, 16, 20}}, "0, 2, 3, 1"),
       makeTranspose("heads", {{2, 20, 3, 16}}, {{2, 3, 20, 16}}, "0, 2, 1, 3"),
       makeTranspose("reversed", {{9, 2, 3, 11}}, {{11, 3, 2, 9}},
                     "3, 2, 1, 0"),
       makeTranspose("rank 5", {{2, 9, 3, 2, 18}}, {{18, 2, 9, 2, 3}},
                     "4, 0, 1, 3, 2")});
}

// Some arguments lie as the output does, others are broadcast.
TEST_P(ScheduleTranspositionTest, FusedOperators) {
  const Shape shape = {2, 20, 5, 7};
  const Operand first = {shape}, last = lastC(shape), c = {{20}};
  const std::string add = "%y = nn.add %a, %b : (A, B) -> Y";
  const std::string square = "%0 = nn.transpose %a permutation [1, 0] : (A) -> "
                             "A\n  %y = nn.add %a, %0 : (A, A) -> Y";
  check({makeCase("add", {first, last}, first, add),
         makeCase("add to channels last", {first, last}, last, add),
         makeCase("add transposed ones", {last, last}, first, add),
         makeCase("add with a halo", {lastCWithHalo(shape), first}, first, add),
         makeCase("channels", {last, {{20, 1, 1}}}, first, add),
         makeCase("pixels", {last, {{5, 7}}}, first, add),
         makeCase("of a vector", {{{1, 20, 1, 1}}, last}, first, add),
         makeCase("of an element", {last, {{1, 1, 1, 1}}}, first, add),
         makeCase("twice", {last}, first,
                  "%0 = nn.relu %a : A\n  %y = nn.mul %a, %0 : (A, A) -> Y"),
         makeCase("in two orders", {{{18, 18}}}, {{18, 18}}, square),
         makeCase("relu", {{{40, 33}}}, {{33, 40}},
                  "%0 = nn.relu %a : A\n  %1 = nn.transpose %0 permutation "
                  "[1, 0] : (A) -> Y\n  %y = nn.neg %1 : Y"),
         makeCase("inference", {last, c, c, c, c}, first,
                  "%0 = nn.exp %e : E\n  %y = bn.inference %a, %b, %c, %d, %0 "
                  "{epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : "
                  "(A, B, C, D, E) -> Y")});
}

TEST_P(ScheduleTranspositionTest, InPlace) {
  std::vector<KernelCase> cases;
  for (const Shape &shape :
       std::initializer_list<Shape>{{2, 32, 4, 8}, {1, 17, 3, 5}}) {
    const std::string add = "%y = nn.add %a, %b : (A, B) -> Y";
    cases.push_back(
        makeCase("in place", {{shape}, lastC(shape)}, {shape}, add, "inPlace"));
    cases.push_back(makeCase("in place, channels last", {lastC(shape), {shape}},
                             lastC(shape), add, "inPlace"));
    for (KernelCase &one : llvm::drop_begin(cases, cases.size() - 2))
      one.aliased = 0;
  }
  check(cases);
}

// Large enough for several threads, and for whole lines to bypass the cache.
TEST_P(ScheduleTranspositionTest, ParallelLoops) {
  std::vector<KernelCase> cases;
  for (const Shape &shape : std::initializer_list<Shape>{
           {2, 64, 112, 112}, {3, 100, 53, 53}, {1, 16, 201, 160}}) {
    cases.push_back(makeCopy("to channels last", {shape}, lastC(shape)));
    cases.push_back(makeCopy("to channels first", lastC(shape), {shape}));
    cases.push_back(makeCopy("into a halo", {shape}, lastCWithHalo(shape)));
    cases.push_back(makeCopy("out of a halo", lastCWithHalo(shape), {shape}));
  }
  cases.push_back(
      makeTranspose("matrix", {{1024, 1040}}, {{1040, 1024}}, "1, 0"));
  check(cases);
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleTranspositionTest, allTargets(),
                         getTargetTestName);
