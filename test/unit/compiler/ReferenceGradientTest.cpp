/// Gradients of convolutions and pools against the operators they belong to:
/// a convolution is linear in each operand, so that <conv(x, w), dy>, <x, dx>
/// and <w, dw> are one number; pools are compared with finite differences.

#include "ReferenceTest.h"

#include "llvm/Support/FormatVariadic.h"

#include <random>

namespace bnopt::reference {
namespace {

std::string getType(llvm::ArrayRef<int64_t> shape) {
  std::string type = "tensor<";
  for (int64_t size : shape)
    type += std::to_string(size) + "x";
  return type + "f32>";
}

double dot(const Tensor &a, const Tensor &b) {
  EXPECT_EQ(a.shape, b.shape);
  double sum = 0;
  for (int64_t i = 0; i < std::min(a.size(), b.size()); ++i)
    sum += a[i] * b[i];
  return sum;
}

/// An operator with a window, without its attributes.
struct Case {
  Shape input, weights, output;
  std::string attributes;
};

class ReferenceGradientTest : public ReferenceTest {
protected:
  /// Small integers: sums of their products are exact in f64.
  Tensor makeIntegers(llvm::ArrayRef<int64_t> shape) {
    Tensor tensor(shape);
    for (double &value : tensor.data)
      value = static_cast<double>(bits() % 33) - 16;
    return tensor;
  }

  /// All different, in an order by chance.
  Tensor makePermutation(llvm::ArrayRef<int64_t> shape) {
    Tensor tensor(shape);
    for (int64_t i = 0; i < tensor.size(); ++i)
      tensor[i] = static_cast<double>(i);
    std::shuffle(tensor.data.begin(), tensor.data.end(), bits);
    return tensor;
  }

  void expectAdjoint(const Case &c) {
    const std::string x = getType(c.input), w = getType(c.weights),
                      y = getType(c.output);
    SCOPED_TRACE(x + " " + w + c.attributes);
    Tensor input = makeIntegers(c.input), weights = makeIntegers(c.weights),
           dy = makeIntegers(c.output);
    Tensor result =
        runOne("%x: " + x + ", %w: " + w,
               llvm::formatv("%y = nn.conv %x, %w{0} : ({1}, {2}) -> {3}",
                             c.attributes, x, w, y),
               y, {input, weights});
    Tensor dx = runOne(
        "%dy: " + y + ", %w: " + w,
        llvm::formatv("%y = nn.conv_input_gradient %dy, %w{0} : ({1}, {2}) "
                      "-> {3}",
                      c.attributes, y, w, x),
        x, {dy, weights});
    Tensor dw = runOne(
        "%x: " + x + ", %dy: " + y,
        llvm::formatv("%y = nn.conv_weight_gradient %x, %dy{0} : ({1}, {2}) "
                      "-> {3}",
                      c.attributes, x, y, w),
        w, {input, dy});
    EXPECT_EQ(dot(result, dy), dot(input, dx));
    EXPECT_EQ(dot(result, dy), dot(weights, dw));
  }

  /// `op` and its gradient, whose operands are `operands`.
  void expectFiniteDifferences(const std::string &op, const Case &c,
                               bool readsInput, double step) {
    const std::string x = getType(c.input), y = getType(c.output);
    SCOPED_TRACE(op + " " + x + c.attributes);
    Tensor input = makePermutation(c.input), dy = makeIntegers(c.output);
    const auto run = [&](const Tensor &at) {
      return runOne("%x: " + x,
                    llvm::formatv("%y = nn.{0} %x{1} : ({2}) -> {3}", op,
                                  c.attributes, x, y),
                    y, {at});
    };
    llvm::SmallVector<Tensor> operands = {input, dy};
    Tensor dx =
        runOne("%x: " + x + ", %dy: " + y,
               llvm::formatv("%y = nn.{0}_gradient {1}%dy{2} : ({3}{4}) -> {5}",
                             op, readsInput ? "%x, " : "", c.attributes,
                             readsInput ? x + ", " : "", y, x),
               x, operands);
    const double before = dot(run(input), dy);
    Tensor expected(c.input);
    for (int64_t i = 0; i < input.size(); ++i) {
      Tensor moved = input;
      moved[i] += step;
      expected[i] = (dot(run(moved), dy) - before) / step;
    }
    expectValues(dx, expected, 1e-9);
  }

  std::mt19937 bits{20};
};

TEST_F(ReferenceGradientTest, ConvolutionsAreAdjoint) {
  for (const Case &c : std::initializer_list<Case>{
           {{2, 3, 7}, {4, 3, 3}, {2, 4, 7}, " pads [1, 1]"},
           {{2, 3, 6, 5}, {4, 3, 3, 3}, {2, 4, 6, 5}, " pads [1, 1, 1, 1]"},
           {{2, 4, 5, 5}, {6, 4, 1, 1}, {2, 6, 5, 5}, ""},
           {{3, 4, 7, 8}, {2, 4, 1, 1}, {3, 2, 4, 4}, " strides [2, 2]"},
           {{1, 3, 12, 12},
            {4, 3, 7, 7},
            {1, 4, 6, 6},
            " strides [2, 2] pads [3, 3, 3, 3]"},
           {{2, 2, 9, 8},
            {3, 2, 2, 3},
            {2, 3, 4, 2},
            " strides [2, 3] pads [0, 2, 1, 0] dilations [3, 2]"},
           {{2, 6, 5, 6},
            {4, 3, 3, 3},
            {2, 4, 5, 6},
            " pads [1, 1, 1, 1] groups 2"},
           {{2, 5, 8, 6},
            {5, 1, 3, 3},
            {2, 5, 4, 3},
            " strides [2, 2] pads [1, 1, 1, 1] groups 5"},
           {{1, 2, 3, 4, 5},
            {4, 2, 2, 3, 3},
            {1, 4, 2, 2, 5},
            " strides [1, 2, 1] pads [0, 1, 1, 0, 0, 1]"}})
    expectAdjoint(c);
}

TEST_F(ReferenceGradientTest, MaxPoolMatchesFiniteDifferences) {
  for (const Case &c : std::initializer_list<Case>{
           {{2, 2, 6, 6}, {}, {2, 2, 3, 3}, " window [2, 2] strides [2, 2]"},
           {{1, 2, 7, 8},
            {},
            {1, 2, 4, 4},
            " window [3, 3] strides [2, 2] pads [1, 1, 1, 1]"},
           {{1, 1, 8, 7},
            {},
            {1, 1, 4, 3},
            " window [3, 2] strides [2, 3] pads [1, 0, 0, 1] dilations [1, 2] "
            "ceil_mode"}})
    expectFiniteDifferences("max_pool", c, /*readsInput=*/true, 0.25);
}

TEST_F(ReferenceGradientTest, AveragePoolMatchesFiniteDifferences) {
  for (const Case &c : std::initializer_list<Case>{
           {{2, 2, 6, 6}, {}, {2, 2, 3, 3}, " window [2, 2] strides [2, 2]"},
           {{1, 2, 7, 8},
            {},
            {1, 2, 4, 4},
            " window [3, 3] strides [2, 2] pads [1, 1, 1, 1]"},
           {{1, 2, 7, 8},
            {},
            {1, 2, 4, 4},
            " window [3, 3] strides [2, 2] pads [1, 1, 1, 1] "
            "count_include_pad"},
           {{1, 1, 8, 8},
            {},
            {1, 1, 4, 3},
            " window [3, 2] strides [2, 3] pads [0, 1, 1, 1] ceil_mode "
            "count_include_pad"}})
    expectFiniteDifferences("average_pool", c, /*readsInput=*/false, 0.25);
}

TEST_F(ReferenceGradientTest, FirstOfEqualMaximaTakesTheGradient) {
  const double inf = std::numeric_limits<double>::infinity();
  Tensor dx = runOne("%x: tensor<1x1x2x6xf32>, %dy: tensor<1x1x1x3xf32>",
                     "%y = nn.max_pool_gradient %x, %dy window [2, 2] strides "
                     "[2, 2] : (tensor<1x1x2x6xf32>, tensor<1x1x1x3xf32>) -> "
                     "tensor<1x1x2x6xf32>",
                     "tensor<1x1x2x6xf32>",
                     {Tensor({1, 1, 2, 6}, {1, 3, 2, 2, -inf, -inf, //
                                            3, 3, 2, 2, -inf, -inf}),
                      Tensor({1, 1, 1, 3}, {10, 20, 30})});
  expectValues(dx, Tensor({1, 1, 2, 6}, {0, 10, 20, 0, 30, 0, //
                                         0, 0, 0, 0, 0, 0}));
}

TEST_F(ReferenceGradientTest, NaNWinsAgainstNaNOnly) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor dx = runOne(
      "%x: tensor<1x1x4xf32>, %dy: tensor<1x1x2xf32>",
      "%y = nn.max_pool_gradient %x, %dy window [2] strides [2] "
      ": (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> "
      "tensor<1x1x4xf32>",
      "tensor<1x1x4xf32>",
      {Tensor({1, 1, 4}, {nan, 1, nan, nan}), Tensor({1, 1, 2}, {10, 20})});
  expectValues(dx, Tensor({1, 1, 4}, {0, 10, 20, 0}));
}

TEST_F(ReferenceGradientTest, WindowInThePaddingHasNoMaximum) {
  // Taps at -2 and 1, and at -1 and 2, around the only element.
  Tensor dx =
      runOne("%x: tensor<1x2x1xf32>, %dy: tensor<1x2x2xf32>",
             "%y = nn.max_pool_gradient %x, %dy window [2] pads [2, 2] "
             "dilations [3] : (tensor<1x2x1xf32>, tensor<1x2x2xf32>) -> "
             "tensor<1x2x1xf32>",
             "tensor<1x2x1xf32>",
             {Tensor({1, 2, 1}, {5, 6}), Tensor({1, 2, 2}, {1, 2, 3, 4})});
  expectValues(dx, Tensor({1, 2, 1}, {0, 0}));
}

} // namespace
} // namespace bnopt::reference
