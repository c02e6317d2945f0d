/// Unary and binary operators against their formulas.

#include "ReferenceTest.h"

#include <cmath>
#include <limits>

namespace bnopt::reference {
namespace {

struct UnaryCase {
  const char *op;
  std::vector<double> expected;
};

void PrintTo(const UnaryCase &value, std::ostream *os) { *os << value.op; }

class ReferenceUnaryTest : public ReferenceTest,
                           public ::testing::WithParamInterface<UnaryCase> {};

/// The inputs of all unary cases.
const std::vector<double> unaryInputs = {-4, -0.5, 0, 2};

TEST_P(ReferenceUnaryTest, Values) {
  Tensor y =
      runOne("%x: tensor<4xf32>",
             std::string("%y = nn.") + GetParam().op + " : tensor<4xf32>",
             "tensor<4xf32>", Tensor({4}, unaryInputs));
  expectValues(y, Tensor({4}, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Formulas, ReferenceUnaryTest,
    ::testing::Values(
        UnaryCase{"relu %x", {0, 0, 0, 2}},
        UnaryCase{"sigmoid %x",
                  {0.017986209962091559, 0.37754066879814541, 0.5,
                   0.88079707797788243}},
        UnaryCase{"tanh %x",
                  {-0.99932929973906703, -0.46211715726000979, 0,
                   0.9640275800758169}},
        UnaryCase{"exp %x", {std::exp(-4), std::exp(-0.5), 1, std::exp(2)}},
        UnaryCase{"abs %x", {4, 0.5, 0, 2}},
        UnaryCase{"neg %x", {4, 0.5, 0, -2}},
        UnaryCase{"erf %x",
                  {-0.99999998458274209, -0.52049987781304652, 0,
                   0.99532226501895271}},
        UnaryCase{"softplus %x",
                  {0.018149927917809740, 0.47407698418010669,
                   0.69314718055994529, 2.1269280110429727}},
        UnaryCase{"hard_swish %x", {0, -0.5 * (0.5 - 0.5 / 6), 0, 5. / 3}},
        UnaryCase{"leaky_relu %x {alpha = 0.25 : f64}", {-1, -0.125, 0, 2}},
        UnaryCase{"elu %x {alpha = 2.0 : f64}",
                  {2 * std::expm1(-4), 2 * std::expm1(-0.5), 0, 2}},
        UnaryCase{"hard_sigmoid %x {alpha = 0.25 : f64, beta = 0.5 : f64}",
                  {0, 0.375, 0.5, 1}},
        UnaryCase{"clip %x to [-1.0, 1.5]", {-1, -0.5, 0, 1.5}}));

TEST_F(ReferenceTest, CastKeepsNumbers) {
  const Tensor x({2}, {1.0009, -3});
  expectValues(runOne("%x: tensor<2xf32>",
                      "%y = nn.cast %x : (tensor<2xf32>) -> tensor<2xbf16>",
                      "tensor<2xbf16>", x),
               x);
}

TEST_F(ReferenceTest, UnaryOperatorsOfPositiveNumbers) {
  const Tensor x({2}, {0.25, 4});
  const auto apply = [&](const std::string &op) {
    return runOne("%x: tensor<2xf32>", "%y = nn." + op + " %x : tensor<2xf32>",
                  "tensor<2xf32>", x);
  };
  expectValues(apply("sqrt"), Tensor({2}, {0.5, 2}));
  expectValues(apply("reciprocal"), Tensor({2}, {4, 0.25}));
  expectValues(apply("log"), Tensor({2}, {-std::log(4), std::log(4)}));
}

TEST_F(ReferenceTest, ClipWithInfiniteBoundsDoesNothing) {
  Tensor y = runOne("%x: tensor<2xf32>",
                    "%y = nn.clip %x to [0xFFF0000000000000, "
                    "0x7FF0000000000000] : tensor<2xf32>",
                    "tensor<2xf32>", Tensor({2}, {-1e30, 1e30}));
  expectValues(y, Tensor({2}, {-1e30, 1e30}));
}

struct BinaryCase {
  const char *op;
  std::vector<double> expected;
};

void PrintTo(const BinaryCase &value, std::ostream *os) { *os << value.op; }

class ReferenceBinaryTest : public ReferenceTest,
                            public ::testing::WithParamInterface<BinaryCase> {};

TEST_P(ReferenceBinaryTest, BroadcastsFromTheLastDimension) {
  Tensor y = runOne("%a: tensor<2x2xf32>, %b: tensor<2xf32>",
                    std::string("%y = nn.") + GetParam().op +
                        " %a, %b : (tensor<2x2xf32>, tensor<2xf32>) -> "
                        "tensor<2x2xf32>",
                    "tensor<2x2xf32>",
                    {Tensor({2, 2}, {-1, 2, 4, 8}), Tensor({2}, {2, 4})});
  expectValues(y, Tensor({2, 2}, GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(Formulas, ReferenceBinaryTest,
                         ::testing::Values(BinaryCase{"add", {1, 6, 6, 12}},
                                           BinaryCase{"sub", {-3, -2, 2, 4}},
                                           BinaryCase{"mul", {-2, 8, 8, 32}},
                                           BinaryCase{"div", {-0.5, 0.5, 2, 2}},
                                           BinaryCase{"pow", {1, 16, 16, 4096}},
                                           BinaryCase{"min", {-1, 2, 2, 4}},
                                           BinaryCase{"max", {2, 4, 4, 8}},
                                           BinaryCase{"prelu", {-2, 2, 4, 8}}));

TEST_F(ReferenceTest, GatesBetweenItsBounds) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor gradient({6}, {1, 2, 3, 4, 5, 6}),
      value({6}, {-3, -1, 0, 1, 2, nan});
  const auto gate = [&](const std::string &bounds) {
    return runOne("%a: tensor<6xf32>, %b: tensor<6xf32>",
                  "%y = nn.gate %a, %b between " + bounds + " : tensor<6xf32>",
                  "tensor<6xf32>", {gradient, value});
  };
  expectValues(gate("[-1.0, 2.0]"), Tensor({6}, {0, 0, 3, 4, 0, 0}));
  expectValues(gate("[0.0, 0x7FF0000000000000] slope 0.5"),
               Tensor({6}, {0.5, 1, 1.5, 4, 5, 3}));
}

TEST_F(ReferenceTest, InfiniteBoundsOfAGateDoNotBind) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor gradient({4}, {1, 2, 3, 4}), value({4}, {-inf, -1, 1, inf});
  const auto gate = [&](const std::string &bounds) {
    return runOne("%a: tensor<4xf32>, %b: tensor<4xf32>",
                  "%y = nn.gate %a, %b between " + bounds + " : tensor<4xf32>",
                  "tensor<4xf32>", {gradient, value});
  };
  const std::string lowest = "0xFFF0000000000000",
                    highest = "0x7FF0000000000000";
  // Of a relu.
  expectValues(gate("[0.0, " + highest + "]"), Tensor({4}, {0, 0, 3, 4}));
  expectValues(gate("[" + lowest + ", 0.0]"), Tensor({4}, {1, 2, 0, 0}));
  expectValues(gate("[" + lowest + ", " + highest + "]"), gradient);
  expectValues(gate("[-2.0, 2.0]"), Tensor({4}, {0, 2, 3, 0}));
  // An infinity that is a bound on the other side binds everything.
  expectValues(gate("[" + highest + ", " + highest + "]"),
               Tensor({4}, {0, 0, 0, 0}));
}

TEST_F(ReferenceTest, BothOperandsBroadcast) {
  Tensor y = runOne("%a: tensor<2x1xf32>, %b: tensor<1x3xf32>",
                    "%y = nn.add %a, %b : (tensor<2x1xf32>, tensor<1x3xf32>) "
                    "-> tensor<2x3xf32>",
                    "tensor<2x3xf32>",
                    {Tensor({2, 1}, {10, 20}), Tensor({1, 3}, {1, 2, 3})});
  expectValues(y, Tensor({2, 3}, {11, 12, 13, 21, 22, 23}));
}

} // namespace
} // namespace bnopt::reference
