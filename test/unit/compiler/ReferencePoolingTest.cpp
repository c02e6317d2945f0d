/// Pools, reductions and their like against values computed by hand.

#include "ReferenceTest.h"

#include <cmath>

namespace bnopt::reference {
namespace {

class ReferencePoolingTest : public ReferenceTest {
protected:
  /// `op` on one row of `values`, with a result of `size`.
  std::vector<double> pool(const std::string &op, std::vector<double> values,
                           int64_t size) {
    const auto type = [](int64_t n) {
      return "tensor<1x1x" + std::to_string(n) + "xf32>";
    };
    const int64_t n = values.size();
    const std::string mnemonic = op.substr(0, op.find(' '));
    const std::string rest = op.substr(mnemonic.size());
    return runOne("%x: " + type(n),
                  "%y = nn." + mnemonic + " %x" + rest + " : (" + type(n) +
                      ") -> " + type(size),
                  type(size), {Tensor({1, 1, n}, std::move(values))})
        .data;
  }
};

using ::testing::ElementsAre;

TEST_F(ReferencePoolingTest, MaxPoolPaddingNeverWins) {
  EXPECT_THAT(
      pool("max_pool window [2] strides [2] pads [1, 0]", {-1, -2, -3}, 2),
      ElementsAre(-1, -2));
}

TEST_F(ReferencePoolingTest, MaxPoolWithDilations) {
  EXPECT_THAT(pool("max_pool window [2] dilations [2]", {5, 1, 2, 7}, 2),
              ElementsAre(5, 7));
}

TEST_F(ReferencePoolingTest, CeilModeAddsAWindowThatHangsOver) {
  EXPECT_THAT(pool("max_pool window [3] strides [2]", {1, 2, 3, 4}, 1),
              ElementsAre(3));
  EXPECT_THAT(
      pool("max_pool window [3] strides [2] ceil_mode", {1, 2, 3, 4}, 2),
      ElementsAre(3, 4));
}

TEST_F(ReferencePoolingTest, CeilModeAddsNoWindowThatStartsInThePadding) {
  EXPECT_THAT(pool("average_pool window [2] strides [3] pads [0, 1] ceil_mode",
                   {1, 2, 3}, 1),
              ElementsAre(1.5));
}

TEST_F(ReferencePoolingTest, AveragePoolCountsWhatItIsTold) {
  const std::vector<double> x = {1, 2, 3, 4};
  const std::string window = "average_pool window [3] strides [2] pads [1, 1]";
  EXPECT_THAT(pool(window, x, 2), ElementsAre(1.5, 3));
  EXPECT_THAT(pool(window + " count_include_pad", x, 2), ElementsAre(1, 3));
  // The third window reaches beyond the high padding, which never counts.
  EXPECT_THAT(pool(window + " ceil_mode", x, 3), ElementsAre(1.5, 3, 4));
  EXPECT_THAT(pool(window + " ceil_mode count_include_pad", x, 3),
              ElementsAre(1, 3, 2));
}

TEST_F(ReferencePoolingTest, Reductions) {
  const Tensor x({2, 3}, {1, 2, 6, -1, -2, -6});
  const auto reduce = [&](const std::string &op, const std::string &type) {
    return runOne("%x: tensor<2x3xf32>",
                  "%y = nn." + op + " : (tensor<2x3xf32>) -> " + type, type, x);
  };
  expectValues(reduce("reduce_mean %x axes [1]", "tensor<2xf32>"),
               Tensor({2}, {3, -3}));
  expectValues(reduce("reduce_sum %x axes [0] keep_dims", "tensor<1x3xf32>"),
               Tensor({1, 3}, {0, 0, 0}));
  expectValues(reduce("reduce_max %x axes [0, 1]", "tensor<f32>"),
               Tensor({}, 6));
}

TEST_F(ReferencePoolingTest, SoftmaxDoesNotOverflow) {
  Tensor y = runOne(
      "%x: tensor<1x2xf32>", "%y = nn.softmax %x axis 1 : tensor<1x2xf32>",
      "tensor<1x2xf32>", Tensor({1, 2}, {1000, 1000 + std::log(3)}));
  expectValues(y, Tensor({1, 2}, {0.25, 0.75}));
}

TEST_F(ReferencePoolingTest, LocalResponseNormOfEvenSizeLooksAhead) {
  const Tensor x({1, 3, 1}, {1, 2, 3});
  const auto normalize = [&](const std::string &attributes) {
    return runOne("%x: tensor<1x3x1xf32>",
                  "%y = nn.local_response_norm %x {" + attributes +
                      ", beta = 1.0 : f64, bias = 1.0 : f64} : "
                      "tensor<1x3x1xf32>",
                  "tensor<1x3x1xf32>", x);
  };
  expectValues(normalize("size = 3 : i64, alpha = 3.0 : f64"),
               Tensor({1, 3, 1}, {1. / 6, 2. / 15, 3. / 14}));
  expectValues(normalize("size = 2 : i64, alpha = 2.0 : f64"),
               Tensor({1, 3, 1}, {1. / 6, 1. / 7, 0.3}));
}

} // namespace
} // namespace bnopt::reference
