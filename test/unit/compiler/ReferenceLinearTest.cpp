/// Convolutions and matrix products against values computed by hand.

#include "ReferenceTest.h"

namespace bnopt::reference {
namespace {

using ReferenceLinearTest = ReferenceTest;

TEST_F(ReferenceLinearTest, ConvPadsWithZeros) {
  Tensor y =
      runOne("%x: tensor<1x1x4xf32>, %w: tensor<1x1x3xf32>",
             "%y = nn.conv %x, %w pads [1, 1] : (tensor<1x1x4xf32>, "
             "tensor<1x1x3xf32>) -> tensor<1x1x4xf32>",
             "tensor<1x1x4xf32>",
             {Tensor({1, 1, 4}, {1, 2, 3, 4}), Tensor({1, 1, 3}, {1, 0, -1})});
  expectValues(y, Tensor({1, 1, 4}, {-2, -2, -2, 3}));
}

TEST_F(ReferenceLinearTest, ConvWithGroupsStridesAndDilations) {
  Tensor y = runOne(
      "%x: tensor<1x2x1x5xf32>, %w: tensor<2x1x1x2xf32>, %b: tensor<2xf32>",
      "%y = nn.conv %x, %w bias %b strides [1, 2] dilations [1, 2] groups 2 : "
      "(tensor<1x2x1x5xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> "
      "tensor<1x2x1x2xf32>",
      "tensor<1x2x1x2xf32>",
      {Tensor({1, 2, 1, 5}, {1, 2, 3, 4, 5, 10, 20, 30, 40, 50}),
       Tensor({2, 1, 1, 2}, {1, 1, 1, -1}), Tensor({2}, {0.5, 0})});
  expectValues(y, Tensor({1, 2, 1, 2}, {4.5, 8.5, -20, -20}));
}

TEST_F(ReferenceLinearTest, ConvReadsTheChannelsOfItsGroup) {
  Tensor y = runOne(
      "%x: tensor<1x4x1xf32>, %w: tensor<2x2x1xf32>",
      "%y = nn.conv %x, %w groups 2 : (tensor<1x4x1xf32>, "
      "tensor<2x2x1xf32>) -> tensor<1x2x1xf32>",
      "tensor<1x2x1xf32>",
      {Tensor({1, 4, 1}, {1, 10, 100, 1000}), Tensor({2, 2, 1}, {1, 2, 3, 4})});
  expectValues(y, Tensor({1, 2, 1}, {21, 4300}));
}

TEST_F(ReferenceLinearTest, ConvSmallerThanItsPadding) {
  Tensor y = runOne("%x: tensor<1x1x1xf32>, %w: tensor<1x1x2xf32>",
                    "%y = nn.conv %x, %w strides [3] pads [3, 3] : "
                    "(tensor<1x1x1xf32>, tensor<1x1x2xf32>) -> "
                    "tensor<1x1x2xf32>",
                    "tensor<1x1x2xf32>",
                    {Tensor({1, 1, 1}, 7), Tensor({1, 1, 2}, {1, 10})});
  expectValues(y, Tensor({1, 1, 2}, {0, 7}));
}

TEST_F(ReferenceLinearTest, ConvInThreeDimensions) {
  Tensor y = runOne(
      "%x: tensor<1x1x2x2x3xf32>, %w: tensor<1x1x2x2x2xf32>",
      "%y = nn.conv %x, %w : (tensor<1x1x2x2x3xf32>, tensor<1x1x2x2x2xf32>) "
      "-> tensor<1x1x1x1x2xf32>",
      "tensor<1x1x1x1x2xf32>",
      {Tensor({1, 1, 2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
       Tensor({1, 1, 2, 2, 2}, 1)});
  expectValues(y, Tensor({1, 1, 1, 1, 2}, {48, 56}));
}

TEST_F(ReferenceLinearTest, ConvTransposeAddsOverlaps) {
  Tensor y =
      runOne("%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>",
             "%y = nn.conv_transpose %x, %w strides [2] : "
             "(tensor<1x1x2xf32>, tensor<1x1x3xf32>) -> "
             "tensor<1x1x5xf32>",
             "tensor<1x1x5xf32>",
             {Tensor({1, 1, 2}, {1, 2}), Tensor({1, 1, 3}, {1, 10, 100})});
  expectValues(y, Tensor({1, 1, 5}, {1, 10, 102, 20, 200}));
}

TEST_F(ReferenceLinearTest, ConvTransposeWithPadsAndOutputPads) {
  Tensor y =
      runOne("%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>, %b: tensor<1xf32>",
             "%y = nn.conv_transpose %x, %w bias %b strides [2] pads [1, 0] "
             "output_pads [1] : (tensor<1x1x2xf32>, tensor<1x1x3xf32>, "
             "tensor<1xf32>) -> tensor<1x1x5xf32>",
             "tensor<1x1x5xf32>",
             {Tensor({1, 1, 2}, {1, 2}), Tensor({1, 1, 3}, {1, 10, 100}),
              Tensor({1}, 0.5)});
  expectValues(y, Tensor({1, 1, 5}, {10.5, 102.5, 20.5, 200.5, 0.5}));
}

TEST_F(ReferenceLinearTest, ConvTransposeWithGroups) {
  Tensor y =
      runOne("%x: tensor<1x2x1xf32>, %w: tensor<2x2x1xf32>",
             "%y = nn.conv_transpose %x, %w groups 2 : "
             "(tensor<1x2x1xf32>, tensor<2x2x1xf32>) -> "
             "tensor<1x4x1xf32>",
             "tensor<1x4x1xf32>",
             {Tensor({1, 2, 1}, {3, 5}), Tensor({2, 2, 1}, {1, 2, 3, 4})});
  expectValues(y, Tensor({1, 4, 1}, {3, 6, 15, 20}));
}

TEST_F(ReferenceLinearTest, GemmTransposesAndScales) {
  Tensor y =
      runOne("%a: tensor<2x2xf32>, %b: tensor<3x2xf32>, %c: tensor<2x1xf32>",
             "%y = nn.gemm %a, %b bias %c alpha 0.5 beta 2.0 trans_a trans_b "
             ": (tensor<2x2xf32>, tensor<3x2xf32>, tensor<2x1xf32>) -> "
             "tensor<2x3xf32>",
             "tensor<2x3xf32>",
             {Tensor({2, 2}, {1, 2, 3, 4}), Tensor({3, 2}, {1, 0, 0, 1, 1, 1}),
              Tensor({2, 1}, {1, 10})});
  expectValues(y, Tensor({2, 3}, {2.5, 3.5, 4, 21, 22, 23}));
}

TEST_F(ReferenceLinearTest, MatMulBroadcastsLeadingDimensions) {
  Tensor y = runOne("%a: tensor<2x1x1x2xf32>, %b: tensor<3x2x1xf32>",
                    "%y = nn.matmul %a, %b : (tensor<2x1x1x2xf32>, "
                    "tensor<3x2x1xf32>) -> tensor<2x3x1x1xf32>",
                    "tensor<2x3x1x1xf32>",
                    {Tensor({2, 1, 1, 2}, {1, 2, 3, 4}),
                     Tensor({3, 2, 1}, {1, 1, 0, 1, 1, 0})});
  expectValues(y, Tensor({2, 3, 1, 1}, {3, 2, 1, 7, 4, 3}));
}

} // namespace
} // namespace bnopt::reference
