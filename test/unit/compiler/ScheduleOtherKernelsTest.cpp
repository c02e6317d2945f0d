//===- ScheduleOtherKernelsTest.cpp - All kernels but convolutions --------===//

#include "ScheduleTest.h"

using namespace bnopt;

namespace {
class ScheduleOtherKernelsTest : public ScheduleTest {};

} // namespace

TEST_P(ScheduleOtherKernelsTest, Unary) {
  std::vector<KernelCase> cases;
  for (const char *op : {"relu", "sigmoid", "tanh", "exp", "abs", "neg", "erf",
                         "softplus", "hard_swish"})
    cases.push_back(makeCase(op, lastC({1, 17, 3, 5}), lastC({1, 17, 3, 5}),
                             "%y = nn." + std::string(op) + " %a : A"));
  for (const char *op :
       {"leaky_relu %a {alpha = 0.1 : f64}", "elu %a {alpha = 0.5 : f64}",
        "hard_sigmoid %a {alpha = 0.2 : f64, beta = 0.5 : f64}",
        "clip %a to [-0.5, 0.25]"})
    cases.push_back(makeCase(op, Operand{{3, 7}}, {{3, 7}},
                             "%y = nn." + std::string(op) + " : A"));
  // A lower bound of +inf, or an upper one of -inf, leaves nothing of %a.
  for (const char *bounds : {"[0x7FF0000000000000, 0x7FF0000000000000]",
                             "[0.0, 0xFFF0000000000000]"})
    cases.push_back(
        makeCase("infinite clip", Operand{{3, 7}}, {{3, 7}},
                 "%0 = nn.clip %a to " + std::string(bounds) +
                     " : A\n  %y = nn.clip %0 to [-0.5, 0.25] : A"));
  // Arguments of these are positive.
  for (const char *op : {"log", "sqrt", "reciprocal"})
    cases.push_back(makeCase(op, Operand{{33}}, {{33}},
                             "%0 = nn.exp %a : A\n  %y = nn." +
                                 std::string(op) + " %0 : A"));
  check(cases);
}

TEST_P(ScheduleOtherKernelsTest, BinaryWithBroadcasting) {
  std::vector<KernelCase> cases;
  for (const char *op : {"add", "sub", "mul", "min", "max", "prelu"})
    cases.push_back(makeCase(
        op, {lastC({2, 17, 3, 5}), lastC({2, 17, 3, 5})}, lastC({2, 17, 3, 5}),
        "%y = nn." + std::string(op) + " %a, %b : (A, B) -> Y"));
  llvm::SmallVector<Operand> others = {
      lastC({1, 24, 1, 1}), {{24, 1, 1}}, {{1}}, {{5}}, lastC({1, 1, 3, 5})};
  for (const Operand &other : others)
    cases.push_back(makeCase("broadcast", {lastC({1, 24, 3, 5}), other},
                             lastC({1, 24, 3, 5}),
                             "%y = nn.mul %a, %b : (A, B) -> Y"));
  for (const char *bounds : {"[0.0, 0x7FF0000000000000]", "[-0.5, 0.25]",
                             "[0xFFF0000000000000, 0.25] slope 0.1",
                             "[0xFFF0000000000000, 0x7FF0000000000000]"})
    cases.push_back(makeCase(
        bounds, {lastC({2, 17, 3, 5}), lastC({2, 17, 3, 5})},
        lastC({2, 17, 3, 5}),
        "%y = nn.gate %a, %b between " + std::string(bounds) + " : Y"));
  cases.push_back(
      makeCase("div", {Operand{{4, 9}}, {{4, 9}}}, {{4, 9}},
               "%0 = nn.exp %b : B\n  %y = nn.div %a, %0 : (A, B) -> Y"));
  cases.push_back(
      makeCase("pow", {Operand{{4, 9}}, {{4, 9}}}, {{4, 9}},
               "%0 = nn.exp %a : A\n  %y = nn.pow %0, %b : (A, B) -> Y"));
  cases.push_back(makeCase("constant", lastC({1, 8, 3, 3}), lastC({1, 8, 3, 3}),
                           "%0 = arith.constant dense<2.5> : tensor<f32>\n"
                           "  %y = nn.mul %a, %0 : (A, tensor<f32>) -> Y"));
  check(cases);
}

TEST_P(ScheduleOtherKernelsTest, ElementwiseInPlaceAndSlices) {
  std::vector<KernelCase> cases;
  cases.push_back(makeCase(
      "in place", {lastC({1, 17, 3, 5}), lastC({1, 17, 3, 5})},
      lastC({1, 17, 3, 5}), "%y = nn.add %a, %b : (A, B) -> Y", "inPlace"));
  cases.back().aliased = 0;
  cases.push_back(makeCase(
      "in place, halo",
      {lastC({1, 17, 3, 5}, {0, 0, 0, 0, 1, 1, 1, 1}), lastC({1, 17, 3, 5})},
      lastC({1, 17, 3, 5}, {0, 0, 0, 0, 1, 1, 1, 1}),
      "%y = nn.add %a, %b : (A, B) -> Y", "inPlace"));
  cases.back().aliased = 0;
  cases.push_back(makeCase("slice", lastC({1, 17, 3, 5}, {}, 40),
                           lastC({1, 17, 3, 5}, {0, 0, 0, 0, 2, 1, 0, 3}, 24),
                           "%y = nn.relu %a : A"));
  check(cases);
}

TEST_P(ScheduleOtherKernelsTest, ScaleShiftAndBatchNorm) {
  Operand c{{24}};
  check({makeCase("scale_shift", {lastC({1, 24, 3, 5}), c, c},
                  lastC({1, 24, 3, 5}),
                  "%0 = bn.scale_shift %a, %b, %c {featureIndex = 1 : i64} : "
                  "(A, B, C) -> Y\n"
                  "  %y = nn.relu %0 : Y"),
         makeCase(
             "inference", {lastC({1, 24, 3, 5}), c, c, c, c},
             lastC({1, 24, 3, 5}),
             "%0 = nn.exp %e : tensor<24xf32>\n"
             "  %y = bn.inference %a, %b, %c, %d, %0 {epsilon = 1.0e-05 : f64, "
             "featureIndex = 1 : i64} : (A, B, C, tensor<24xf32>, "
             "tensor<24xf32>) -> Y")});
}

TEST_P(ScheduleOtherKernelsTest, MaxPool) {
  auto pool = [](llvm::ArrayRef<int64_t> in, llvm::ArrayRef<int64_t> out,
                 const std::string &text, llvm::ArrayRef<int64_t> halo = {}) {
    return makeCase("max_pool " + text, lastC(in, halo), lastC(out),
                    "%y = nn.max_pool %a window " + text + " : (A) -> Y");
  };
  check({pool({1, 17, 7, 9}, {1, 17, 4, 5},
              "[3, 3] strides [2, 2] pads [1, 1, 1, 1]"),
         pool({1, 64, 7, 7}, {1, 64, 4, 4},
              "[3, 3] strides [2, 2] pads [1, 1, 1, 1]",
              {0, 0, 0, 0, 1, 1, 1, 1}),
         pool({1, 3, 8, 8}, {1, 3, 4, 4}, "[3, 3] strides [2, 2] {ceil_mode}"),
         pool({1, 3, 8, 8}, {1, 3, 4, 4}, "[2, 2] strides [2, 2]"),
         pool({1, 24, 9, 9}, {1, 24, 7, 7},
              "[3, 3] pads [1, 1, 1, 1] dilations [2, 2]"),
         pool({1, 8, 5, 5}, {1, 8, 5, 5}, "[3, 3] pads [1, 1, 1, 1]")});
}

TEST_P(ScheduleOtherKernelsTest, AveragePool) {
  auto pool = [](llvm::ArrayRef<int64_t> in, llvm::ArrayRef<int64_t> out,
                 const std::string &text, llvm::ArrayRef<int64_t> halo = {}) {
    return makeCase("average_pool " + text, lastC(in, halo), lastC(out),
                    "%y = nn.average_pool %a window " + text + " : (A) -> Y");
  };
  check(
      {pool({1, 17, 7, 9}, {1, 17, 4, 5},
            "[3, 3] strides [2, 2] pads [1, 1, 1, 1]"),
       pool({1, 17, 7, 9}, {1, 17, 4, 5},
            "[3, 3] strides [2, 2] pads [1, 1, 1, 1] {count_include_pad}"),
       pool({1, 17, 7, 9}, {1, 17, 4, 5},
            "[3, 3] strides [2, 2] pads [1, 1, 1, 1]",
            {0, 0, 0, 0, 1, 1, 1, 1}),
       pool({1, 24, 8, 8}, {1, 24, 4, 4}, "[3, 3] strides [2, 2] {ceil_mode}"),
       pool({1, 24, 8, 8}, {1, 24, 5, 5},
            "[3, 3] strides [2, 2] pads [1, 1, 1, 1] {ceil_mode, "
            "count_include_pad}"),
       pool({1, 64, 7, 7}, {1, 64, 1, 1}, "[7, 7]")});
}

TEST_P(ScheduleOtherKernelsTest, Reductions) {
  std::vector<KernelCase> cases;
  for (const char *op : {"reduce_mean", "reduce_sum", "reduce_max"}) {
    std::string text = std::string("%y = nn.") + op + " %a axes ";
    cases.push_back(makeCase(op, lastC({2, 17, 5, 7}), lastC({2, 17, 1, 1}),
                             text + "[2, 3] {keep_dims} : (A) -> Y"));
    cases.push_back(makeCase(op, lastC({2, 64, 5, 7}, {0, 0, 0, 0, 1, 1, 1, 1}),
                             {{2, 64}}, text + "[2, 3] : (A) -> Y"));
    cases.push_back(makeCase(op, lastC({1, 24, 3, 5}), {{1, 3, 5}},
                             text + "[1] : (A) -> Y"));
    cases.push_back(
        makeCase(op, Operand{{4, 9}}, Operand{{}}, text + "[0, 1] : (A) -> Y"));
  }
  check(cases);
}

TEST_P(ScheduleOtherKernelsTest, Softmax) {
  check({makeCase("last", Operand{{3, 1000}}, {{3, 1000}},
                  "%y = nn.softmax %a axis 1 : A"),
         makeCase("short", Operand{{3, 5}}, {{3, 5}},
                  "%y = nn.softmax %a axis 1 : A"),
         makeCase("long", Operand{{1, 3001}}, {{1, 3001}},
                  "%y = nn.softmax %a axis 1 : A"),
         makeCase("channels", lastC({1, 17, 3, 5}), lastC({1, 17, 3, 5}),
                  "%y = nn.softmax %a axis 1 : A"),
         makeCase("rows", Operand{{1, 3, 4, 5}}, {{1, 3, 4, 5}},
                  "%y = nn.softmax %a axis 2 : A"),
         makeCase("first", Operand{{5, 3}}, {{5, 3}},
                  "%y = nn.softmax %a axis 0 : A"),
         makeCase("vector", Operand{{9}}, {{9}},
                  "%y = nn.softmax %a axis 0 : A")});
}

TEST_P(ScheduleOtherKernelsTest, LocalResponseNorm) {
  auto norm = [](llvm::ArrayRef<int64_t> shape, const std::string &size,
                 const std::string &beta) {
    return makeCase("lrn", lastC(shape), lastC(shape),
                    "%y = nn.local_response_norm %a {size = " + size +
                        " : i64, alpha = 0.5 : f64, beta = " + beta +
                        " : f64, bias = 1.0 : f64} : A");
  };
  check({norm({1, 17, 3, 5}, "5", "0.75"), norm({1, 64, 3, 3}, "4", "0.75"),
         norm({1, 3, 3, 3}, "3", "0.6")});
}

TEST_P(ScheduleOtherKernelsTest, MatrixProducts) {
  Operand packed{{24, 17}, "#kernel.packed<tile = 16>"};
  Operand packedT{{17, 24}, "#kernel.packed<tile = 8>"};
  std::string schedule = "schedule = #kernel.direct<channels = 16, pixels = 3>";
  std::string schedule8 = "schedule = #kernel.direct<channels = 8, pixels = 1>";
  check(
      {makeCase("gemm", {Operand{{1, 24}}, packed, {{17}}}, {{1, 17}},
                "%y = nn.gemm %a, %b bias %c : (A, B, C) -> Y", schedule),
       makeCase("rows", {Operand{{7, 24}}, packed, {{17}}}, {{7, 17}},
                "%y = nn.gemm %a, %b bias %c : (A, B, C) -> Y", schedule),
       makeCase(
           "transposed", {Operand{{1, 24}}, packedT, {{17}}}, {{1, 17}},
           "%0 = nn.gemm %a, %b bias %c {alpha = 0.5 : f64, beta = 2.0 : f64, "
           "trans_b} : (A, B, C) -> Y\n  %y = nn.relu %0 : Y",
           schedule8),
       makeCase("unpacked", {Operand{{24, 3}}, {{24, 17}}}, {{3, 17}},
                "%y = nn.gemm %a, %b {trans_a} : (A, B) -> Y"),
       makeCase("matmul", {Operand{{3, 24}}, {{24, 17}}}, {{3, 17}},
                "%y = nn.matmul %a, %b : (A, B) -> Y"),
       makeCase("packed matmul", {Operand{{3, 24}}, packed}, {{3, 17}},
                "%y = nn.matmul %a, %b : (A, B) -> Y", schedule),
       makeCase("batched", {Operand{{2, 3, 4, 5}}, {{3, 5, 7}}}, {{2, 3, 4, 7}},
                "%y = nn.matmul %a, %b : (A, B) -> Y")});
}

TEST_P(ScheduleOtherKernelsTest, ConvTranspose) {
  check({makeCase("stride 2", {lastC({1, 6, 4, 5}), {{6, 8, 3, 3}}, {{8}}},
                  lastC({1, 8, 8, 10}),
                  "%y = nn.conv_transpose %a, %b bias %c strides [2, 2] pads "
                  "[1, 1, 1, 1] "
                  "output_pads [1, 1] : (A, B, C) -> Y"),
         makeCase("groups", {lastC({1, 6, 4, 5}), {{6, 4, 2, 2}}},
                  lastC({1, 12, 5, 6}),
                  "%y = nn.conv_transpose %a, %b groups 3 : (A, B) -> Y")});
}

TEST_P(ScheduleOtherKernelsTest, Movement) {
  check(
      {makeCase("copy to channels-last", Operand{{1, 3, 5, 7}},
                lastC({1, 3, 5, 7}, {0, 0, 0, 0, 3, 3, 3, 3}),
                "%y = nn.relu %a : A"),
       makeCase("copy to row-major", lastC({1, 24, 5, 7}), {{1, 24, 5, 7}},
                "%y = nn.relu %a : A"),
       makeCase("flatten", lastC({1, 24, 3, 5}), {{1, 360}},
                "%y = nn.reshape %a : (A) -> Y"),
       makeCase("flatten pixels", lastC({2, 24, 1, 1}), {{2, 24}},
                "%y = nn.reshape %a : (A) -> Y"),
       makeCase("reshape", Operand{{2, 12}}, {{4, 3, 2}},
                "%y = nn.reshape %a : (A) -> Y"),
       makeCase("transpose", Operand{{2, 3, 4, 5}}, {{4, 2, 5, 3}},
                "%y = nn.transpose %a permutation [2, 0, 3, 1] : (A) -> Y"),
       makeCase("shuffle", lastC({1, 24, 3, 5}), lastC({1, 24, 3, 5}),
                "%y = nn.channel_shuffle %a groups 3 : A"),
       makeCase(
           "slice", lastC({1, 24, 5, 7}), lastC({1, 8, 3, 4}),
           "%y = nn.slice %a offsets [0, 2, 1, 6] sizes [1, 8, 3, 4] steps "
           "[1, 2, 1, -2] : (A) -> Y"),
       makeCase(
           "pad", lastC({1, 8, 3, 5}), lastC({1, 8, 6, 8}),
           "%y = nn.pad %a pads [0, 0, 1, 2, 0, 0, 2, 1] value 0.5 : (A) -> Y"),
       makeCase("reflect", lastC({1, 8, 3, 5}), lastC({1, 8, 6, 8}),
                "%y = nn.pad %a pads [0, 0, 1, 2, 0, 0, 2, 1] mode reflect : "
                "(A) -> Y"),
       makeCase("depth_to_space", lastC({1, 12, 3, 5}), lastC({1, 3, 6, 10}),
                "%y = nn.depth_to_space %a block 2 : (A) -> Y"),
       makeCase("resize", lastC({1, 17, 3, 5}), lastC({1, 17, 6, 10}),
                "%y = nn.resize %a linear : (A) -> Y"),
       makeCase("nearest", lastC({1, 17, 3, 5}), lastC({1, 17, 6, 10}),
                "%y = nn.resize %a nearest asymmetric : (A) -> Y")});
}

// Large enough for several threads.
TEST_P(ScheduleOtherKernelsTest, ParallelLoops) {
  Operand packed{{1024, 1000}, "#kernel.packed<tile = 16>"};
  check(
      {makeCase("relu", lastC({1, 64, 112, 112}), lastC({1, 64, 112, 112}),
                "%y = nn.relu %a : A"),
       makeCase("odd", lastC({1, 17, 97, 101}, {}, 20), lastC({1, 17, 97, 101}),
                "%y = nn.relu %a : A"),
       makeCase(
           "max_pool", lastC({1, 64, 112, 112}), lastC({1, 64, 56, 56}),
           "%y = nn.max_pool %a window [3, 3] strides [2, 2] pads [1, 1, 1, 1] "
           ": (A) -> Y"),
       makeCase("reduce_mean", lastC({8, 512, 16, 16}), lastC({8, 512, 1, 1}),
                "%y = nn.reduce_mean %a axes [2, 3] {keep_dims} : (A) -> Y"),
       makeCase("gemm", {Operand{{4, 1024}}, packed}, {{4, 1000}},
                "%y = nn.gemm %a, %b : (A, B) -> Y",
                "schedule = #kernel.direct<channels = 16, pixels = 4>"),
       makeCase("copy", Operand{{1, 3, 224, 224}},
                lastC({1, 3, 224, 224}, {0, 0, 0, 0, 3, 3, 3, 3}),
                "%y = nn.relu %a : A")});
}

TEST_P(ScheduleOtherKernelsTest, EmptyBodyCopies) {
  auto copy = [](const Operand &from, const Operand &to) {
    return KernelCase{
        "copy", "kernel.func @k(%a: " + getType(from.shape) + " " +
                    withLayout(from.layout) + ") -> (" + getType(to.shape) +
                    " " + withLayout(to.layout) +
                    ") {\n  kernel.return %a : " + getType(to.shape) + "\n}\n"};
  };
  check({copy({{1, 3, 9, 11}}, lastC({1, 3, 9, 11}, {0, 0, 0, 0, 3, 3, 3, 3})),
         copy({{2, 24, 5, 7}}, lastC({2, 24, 5, 7})),
         copy(lastC({2, 24, 5, 7}), {{2, 24, 5, 7}}),
         copy({{4, 9}}, {{4, 9}})});
}

INSTANTIATE_TEST_SUITE_P(Targets, ScheduleOtherKernelsTest, allTargets(),
                         getTargetTestName);
