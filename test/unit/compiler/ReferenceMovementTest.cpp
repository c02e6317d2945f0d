/// Operators that choose and move elements, and resize.

#include "ReferenceTest.h"

#include <numeric>

namespace bnopt::reference {
namespace {

using ReferenceMovementTest = ReferenceTest;

/// 0, 1, 2, … in `shape`.
Tensor iota(llvm::ArrayRef<int64_t> shape) {
  Tensor tensor(shape);
  std::iota(tensor.data.begin(), tensor.data.end(), 0);
  return tensor;
}

TEST_F(ReferenceMovementTest, ConcatInTheMiddle) {
  Tensor y = runOne("%a: tensor<2x1x2xf32>, %b: tensor<2x2x2xf32>",
                    "%y = nn.concat %a, %b axis 1 : (tensor<2x1x2xf32>, "
                    "tensor<2x2x2xf32>) -> tensor<2x3x2xf32>",
                    "tensor<2x3x2xf32>",
                    {Tensor({2, 1, 2}, {-1, -2, -3, -4}), iota({2, 2, 2})});
  expectValues(y, Tensor({2, 3, 2}, {-1, -2, 0, 1, 2, 3, -3, -4, 4, 5, 6, 7}));
}

TEST_F(ReferenceMovementTest, SliceBackwards) {
  Tensor y = runOne("%x: tensor<2x5xf32>",
                    "%y = nn.slice %x offsets [1, 4] sizes [1, 2] steps [1, "
                    "-2] : (tensor<2x5xf32>) -> tensor<1x2xf32>",
                    "tensor<1x2xf32>", iota({2, 5}));
  expectValues(y, Tensor({1, 2}, {9, 7}));
}

TEST_F(ReferenceMovementTest, PadModes) {
  const auto pad = [&](const std::string &attributes) {
    return runOne("%x: tensor<3xf32>",
                  "%y = nn.pad %x pads [2, 1] " + attributes +
                      " : (tensor<3xf32>) -> tensor<6xf32>",
                  "tensor<6xf32>", Tensor({3}, {1, 2, 3}))
        .data;
  };
  using ::testing::ElementsAre;
  EXPECT_THAT(pad("value 9.0"), ElementsAre(9, 9, 1, 2, 3, 9));
  EXPECT_THAT(pad("mode reflect"), ElementsAre(3, 2, 1, 2, 3, 2));
  EXPECT_THAT(pad("mode edge"), ElementsAre(1, 1, 1, 2, 3, 3));
}

TEST_F(ReferenceMovementTest, ReshapeFindsTheUnknownSize) {
  Tensor y = runOne("%x: tensor<?x4xf32>",
                    "%y = nn.reshape %x : (tensor<?x4xf32>) -> "
                    "tensor<2x?x2xf32>",
                    "tensor<2x?x2xf32>", iota({3, 4}));
  expectValues(y, iota({2, 3, 2}));
}

TEST_F(ReferenceMovementTest, TransposeOfThreeDimensions) {
  Tensor y = runOne("%x: tensor<1x2x3xf32>",
                    "%y = nn.transpose %x permutation [2, 0, 1] : "
                    "(tensor<1x2x3xf32>) -> tensor<3x1x2xf32>",
                    "tensor<3x1x2xf32>", iota({1, 2, 3}));
  expectValues(y, Tensor({3, 1, 2}, {0, 3, 1, 4, 2, 5}));
}

TEST_F(ReferenceMovementTest, ChannelShuffleIsReshapeTransposeReshape) {
  const Tensor x = iota({2, 6, 2});
  Tensor shuffled = runOne("%x: tensor<2x6x2xf32>",
                           "%y = nn.channel_shuffle %x groups 2 : "
                           "tensor<2x6x2xf32>",
                           "tensor<2x6x2xf32>", x);
  Tensor spelledOut =
      runOne("%x: tensor<2x6x2xf32>",
             "%0 = nn.reshape %x : (tensor<2x6x2xf32>) -> tensor<2x2x3x2xf32>\n"
             "%1 = nn.transpose %0 permutation [0, 2, 1, 3] : "
             "(tensor<2x2x3x2xf32>) -> tensor<2x3x2x2xf32>\n"
             "%y = nn.reshape %1 : (tensor<2x3x2x2xf32>) -> tensor<2x6x2xf32>",
             "tensor<2x6x2xf32>", x);
  expectValues(shuffled, spelledOut);
  EXPECT_EQ(shuffled[2], 6) << "channel 1 is channel 0 of the second group";
}

TEST_F(ReferenceMovementTest, DepthToSpaceInBothOrders) {
  const auto toSpace = [&](const std::string &mode) {
    return runOne("%x: tensor<1x8x1x1xf32>",
                  "%y = nn.depth_to_space %x block 2 " + mode +
                      " : (tensor<1x8x1x1xf32>) -> tensor<1x2x2x2xf32>",
                  "tensor<1x2x2x2xf32>", iota({1, 8, 1, 1}));
  };
  expectValues(toSpace(""), Tensor({1, 2, 2, 2}, {0, 2, 4, 6, 1, 3, 5, 7}));
  expectValues(toSpace("column_row_depth"), iota({1, 2, 2, 2}));
}

class ReferenceResizeTest : public ReferenceTest {
protected:
  std::vector<double> resize(const std::string &mode,
                             std::vector<double> values, int64_t size) {
    const auto type = [](int64_t n) {
      return "tensor<1x1x" + std::to_string(n) + "xf32>";
    };
    const int64_t n = values.size();
    return runOne("%x: " + type(n),
                  "%y = nn.resize %x " + mode + " : (" + type(n) + ") -> " +
                      type(size),
                  type(size), {Tensor({1, 1, n}, std::move(values))})
        .data;
  }
};

using ::testing::ElementsAre;

TEST_F(ReferenceResizeTest, NearestRoundsHalfDown) {
  EXPECT_THAT(resize("nearest", {1, 2}, 4), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(resize("nearest", {1, 2, 3, 4}, 2), ElementsAre(1, 3));
}

TEST_F(ReferenceResizeTest, AsymmetricNearestFloors) {
  EXPECT_THAT(resize("nearest asymmetric", {1, 2, 3}, 5),
              ElementsAre(1, 1, 2, 2, 3));
}

TEST_F(ReferenceResizeTest, LinearStopsAtTheBorder) {
  EXPECT_THAT(resize("linear", {0, 4}, 4), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(resize("linear asymmetric", {0, 4}, 4), ElementsAre(0, 2, 4, 4));
}

} // namespace
} // namespace bnopt::reference
