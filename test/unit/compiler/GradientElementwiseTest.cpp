/// Adjoints of elementwise operators and of data movement.

#include "GradientCheck.h"

namespace bnopt::reference {
namespace {

std::string getName(const ::testing::TestParamInfo<GradientCase> &info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Elementwise, GradientTest,
    ::testing::Values(
        GradientCase{"relu", "%x: tensor<3x4xf64>",
                     "%y = nn.relu %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"sigmoid", "%x: tensor<3x4xf64>",
                     "%y = nn.sigmoid %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"tanh", "%x: tensor<3x4xf64>",
                     "%y = nn.tanh %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"exp", "%x: tensor<3x4xf64>",
                     "%y = nn.exp %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"abs", "%x: tensor<3x4xf64>",
                     "%y = nn.abs %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"cast", "%x: tensor<3x4xf64>",
                     "%0 = nn.exp %x : tensor<3x4xf64> "
                     "%1 = nn.cast %0 : (tensor<3x4xf64>) -> tensor<3x4xf32> "
                     "%y = nn.mul %1, %1 : (tensor<3x4xf32>, tensor<3x4xf32>) "
                     "-> tensor<3x4xf32>",
                     "%y : tensor<3x4xf32>"},
        GradientCase{"neg", "%x: tensor<3x4xf64>",
                     "%y = nn.neg %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"reciprocal", "%x: tensor<3x4xf64>",
                     "%0 = nn.exp %x : tensor<3x4xf64> "
                     "%y = nn.reciprocal %0 : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"erf", "%x: tensor<3x4xf64>",
                     "%y = nn.erf %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"softplus", "%x: tensor<3x4xf64>",
                     "%y = nn.softplus %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"hard_swish", "%x: tensor<3x4xf64>",
                     "%y = nn.hard_swish %x : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{
            "log", "%x: tensor<3x4xf64>",
            "%0 = nn.exp %x : tensor<3x4xf64> %y = nn.log %0 : tensor<3x4xf64>",
            "%y : tensor<3x4xf64>"},
        GradientCase{"sqrt", "%x: tensor<3x4xf64>",
                     "%0 = nn.exp %x : tensor<3x4xf64> %y = nn.sqrt %0 : "
                     "tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{
            "leaky_relu", "%x: tensor<3x4xf64>",
            "%y = nn.leaky_relu %x {alpha = 0.1 : f64} : tensor<3x4xf64>",
            "%y : tensor<3x4xf64>"},
        GradientCase{
            "leaky_relu_negative", "%x: tensor<3x4xf64>",
            "%y = nn.leaky_relu %x {alpha = -0.5 : f64} : tensor<3x4xf64>",
            "%y : tensor<3x4xf64>"},
        GradientCase{"elu", "%x: tensor<3x4xf64>",
                     "%y = nn.elu %x {alpha = 0.7 : f64} : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"hard_sigmoid", "%x: tensor<3x4xf64>",
                     "%y = nn.hard_sigmoid %x {alpha = 0.4 : f64, beta = 0.5 : "
                     "f64} : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"clip", "%x: tensor<3x4xf64>",
                     "%y = nn.clip %x to [-0.5, 0.7] : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"gate", "%g: tensor<3x4xf64>, %v: tensor<3x4xf64>",
                     "%y = nn.gate %g, %v between [-0.5, 1.0] slope 0.25 : "
                     "tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>", 1},
        GradientCase{"hard_swish_saturated", "%x: tensor<3x4xf64>",
                     "%c = arith.constant dense<4.0> : tensor<f64> %0 = nn.mul "
                     "%x, %c : (tensor<3x4xf64>, tensor<f64>) -> "
                     "tensor<3x4xf64> %y = nn.hard_swish %0 : tensor<3x4xf64>",
                     "%y : tensor<3x4xf64>"},
        GradientCase{"add", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.add %a, %b : (tensor<2x3xf64>, tensor<2x3xf64>) "
                     "-> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"add_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.add %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"sub", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.sub %a, %b : (tensor<2x3xf64>, tensor<2x3xf64>) "
                     "-> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"sub_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.sub %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"mul", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.mul %a, %b : (tensor<2x3xf64>, tensor<2x3xf64>) "
                     "-> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"mul_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.mul %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"min", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.min %a, %b : (tensor<2x3xf64>, tensor<2x3xf64>) "
                     "-> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"min_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.min %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"max", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.max %a, %b : (tensor<2x3xf64>, tensor<2x3xf64>) "
                     "-> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"max_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.max %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"prelu", "%a: tensor<2x3xf64>, %b: tensor<2x3xf64>",
                     "%y = nn.prelu %a, %b : (tensor<2x3xf64>, "
                     "tensor<2x3xf64>) -> tensor<2x3xf64>",
                     "%y : tensor<2x3xf64>"},
        GradientCase{"prelu_broadcast",
                     "%a: tensor<4x1xf64>, %b: tensor<2x1x3xf64>",
                     "%y = nn.prelu %a, %b : (tensor<4x1xf64>, "
                     "tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"div", "%a: tensor<2x4x3xf64>, %b: tensor<4x1xf64>",
                     "%y = nn.div %a, %b : (tensor<2x4x3xf64>, "
                     "tensor<4x1xf64>) -> tensor<2x4x3xf64>",
                     "%y : tensor<2x4x3xf64>"},
        GradientCase{"pow", "%a: tensor<2x4xf64>, %b: tensor<4xf64>",
                     "%0 = nn.exp %a : tensor<2x4xf64> %y = nn.pow %0, %b : "
                     "(tensor<2x4xf64>, tensor<4xf64>) -> tensor<2x4xf64>",
                     "%y : tensor<2x4xf64>"},
        // Where a is 0: d/dx x⁰ = 0.
        GradientCase{"pow_to_the_0", "%a: tensor<2x4xf64>, %b: tensor<4xf64>",
                     "%x = nn.relu %a : tensor<2x4xf64> "
                     "%0 = nn.sub %b, %b : (tensor<4xf64>, tensor<4xf64>) -> "
                     "tensor<4xf64> %y = nn.pow %x, %0 : "
                     "(tensor<2x4xf64>, tensor<4xf64>) -> tensor<2x4xf64>",
                     "%y : tensor<2x4xf64>"},
        GradientCase{"pow_constants", "%a: tensor<2x4xf64>",
                     "%x = nn.relu %a : tensor<2x4xf64> "
                     "%0 = arith.constant dense<[0.0, 2.0, 1.0, 0.0]> : "
                     "tensor<4xf64> %y = nn.pow %x, %0 : "
                     "(tensor<2x4xf64>, tensor<4xf64>) -> tensor<2x4xf64>",
                     "%y : tensor<2x4xf64>"},
        GradientCase{"pow_of_0", "%b: tensor<4xf64>",
                     "%x = arith.constant dense<[0.0, 2.0, 0.0, 0.5]> : "
                     "tensor<4xf64> %0 = nn.exp %b : tensor<4xf64> "
                     "%y = nn.pow %x, %0 : (tensor<4xf64>, tensor<4xf64>) -> "
                     "tensor<4xf64>",
                     "%y : tensor<4xf64>"},
        // The exponent stays 2.
        GradientCase{"pow_of_negative", "%b: tensor<4xf64>",
                     "%x = arith.constant dense<[-2.0, -1.0, -0.5, 3.0]> : "
                     "tensor<4xf64> %0 = nn.sub %b, %b : (tensor<4xf64>, "
                     "tensor<4xf64>) -> tensor<4xf64> "
                     "%two = arith.constant dense<2.0> : tensor<4xf64> "
                     "%1 = nn.add %0, %two : (tensor<4xf64>, tensor<4xf64>) -> "
                     "tensor<4xf64> %y = nn.pow %x, %1 : (tensor<4xf64>, "
                     "tensor<4xf64>) -> tensor<4xf64>",
                     "%y : tensor<4xf64>"},
        GradientCase{"square", "%a: tensor<2x4xf64>",
                     "%y = nn.mul %a, %a : (tensor<2x4xf64>, tensor<2x4xf64>) "
                     "-> tensor<2x4xf64>",
                     "%y : tensor<2x4xf64>"},
        GradientCase{"scalar", "%a: tensor<2x4xf64>, %b: tensor<f64>",
                     "%y = nn.mul %b, %a : (tensor<f64>, tensor<2x4xf64>) -> "
                     "tensor<2x4xf64>",
                     "%y : tensor<2x4xf64>"}),
    getName);

INSTANTIATE_TEST_SUITE_P(
    Movement, GradientTest,
    ::testing::Values(
        GradientCase{
            "concat", "%a: tensor<2x1x3xf64>, %b: tensor<2x2x3xf64>",
            "%y = nn.concat %a, %b, %a axis 1 : (tensor<2x1x3xf64>, "
            "tensor<2x2x3xf64>, tensor<2x1x3xf64>) -> tensor<2x4x3xf64>",
            "%y : tensor<2x4x3xf64>"},
        GradientCase{"slice", "%x: tensor<4x7x9xf64>",
                     "%y = nn.slice %x offsets [1, 5, 8] sizes [2, 3, 3] steps "
                     "[1, -2, -3] : (tensor<4x7x9xf64>) -> tensor<2x3x3xf64>",
                     "%y : tensor<2x3x3xf64>"},
        GradientCase{"slice_steps", "%x: tensor<5x8xf64>",
                     "%y = nn.slice %x offsets [0, 1] sizes [3, 2] steps [2, "
                     "4] : (tensor<5x8xf64>) -> tensor<3x2xf64>",
                     "%y : tensor<3x2xf64>"},
        GradientCase{"pad", "%x: tensor<2x3xf64>",
                     "%y = nn.pad %x pads [1, 0, 0, 2] value 3.0 : "
                     "(tensor<2x3xf64>) -> tensor<3x5xf64>",
                     "%y : tensor<3x5xf64>"},
        GradientCase{"pad_reflect", "%x: tensor<3x4xf64>",
                     "%y = nn.pad %x pads [1, 3, 2, 2] mode reflect : "
                     "(tensor<3x4xf64>) -> tensor<6x9xf64>",
                     "%y : tensor<6x9xf64>"},
        GradientCase{"pad_edge", "%x: tensor<3x4xf64>",
                     "%y = nn.pad %x pads [1, 3, 2, 5] mode edge : "
                     "(tensor<3x4xf64>) -> tensor<6x12xf64>",
                     "%y : tensor<6x12xf64>"},
        GradientCase{
            "reshape", "%x: tensor<2x6xf64>",
            "%y = nn.reshape %x : (tensor<2x6xf64>) -> tensor<3x4xf64>",
            "%y : tensor<3x4xf64>"},
        GradientCase{"transpose", "%x: tensor<2x3x4xf64>",
                     "%y = nn.transpose %x permutation [2, 0, 1] : "
                     "(tensor<2x3x4xf64>) -> tensor<4x2x3xf64>",
                     "%y : tensor<4x2x3xf64>"},
        GradientCase{"channel_shuffle", "%x: tensor<2x6x2xf64>",
                     "%y = nn.channel_shuffle %x groups 2 : tensor<2x6x2xf64>",
                     "%y : tensor<2x6x2xf64>"},
        GradientCase{"depth_to_space", "%x: tensor<2x8x2x3xf64>",
                     "%y = nn.depth_to_space %x block 2 : "
                     "(tensor<2x8x2x3xf64>) -> tensor<2x2x4x6xf64>",
                     "%y : tensor<2x2x4x6xf64>"},
        GradientCase{"depth_to_space_column_row", "%x: tensor<2x8x2x3xf64>",
                     "%y = nn.depth_to_space %x block 2 column_row_depth : "
                     "(tensor<2x8x2x3xf64>) -> tensor<2x2x4x6xf64>",
                     "%y : tensor<2x2x4x6xf64>"},
        GradientCase{"resize_nearest_twice", "%x: tensor<1x2x3x2xf64>",
                     "%y = nn.resize %x nearest : (tensor<1x2x3x2xf64>) -> "
                     "tensor<1x2x6x4xf64>",
                     "%y : tensor<1x2x6x4xf64>"},
        GradientCase{"resize_nearest", "%x: tensor<1x2x5x4x2xf64>",
                     "%y = nn.resize %x nearest : (tensor<1x2x5x4x2xf64>) -> "
                     "tensor<1x2x7x3x2xf64>",
                     "%y : tensor<1x2x7x3x2xf64>"},
        GradientCase{"resize_nearest_asymmetric_twice",
                     "%x: tensor<1x2x3x2xf64>",
                     "%y = nn.resize %x nearest asymmetric : "
                     "(tensor<1x2x3x2xf64>) -> tensor<1x2x6x4xf64>",
                     "%y : tensor<1x2x6x4xf64>"},
        GradientCase{"resize_nearest_asymmetric", "%x: tensor<1x2x5x4x2xf64>",
                     "%y = nn.resize %x nearest asymmetric : "
                     "(tensor<1x2x5x4x2xf64>) -> tensor<1x2x7x3x2xf64>",
                     "%y : tensor<1x2x7x3x2xf64>"},
        GradientCase{"resize_linear_twice", "%x: tensor<1x2x3x2xf64>",
                     "%y = nn.resize %x linear : (tensor<1x2x3x2xf64>) -> "
                     "tensor<1x2x6x4xf64>",
                     "%y : tensor<1x2x6x4xf64>"},
        GradientCase{"resize_linear", "%x: tensor<1x2x5x4x2xf64>",
                     "%y = nn.resize %x linear : (tensor<1x2x5x4x2xf64>) -> "
                     "tensor<1x2x7x3x2xf64>",
                     "%y : tensor<1x2x7x3x2xf64>"},
        GradientCase{"resize_linear_asymmetric_twice",
                     "%x: tensor<1x2x3x2xf64>",
                     "%y = nn.resize %x linear asymmetric : "
                     "(tensor<1x2x3x2xf64>) -> tensor<1x2x6x4xf64>",
                     "%y : tensor<1x2x6x4xf64>"},
        GradientCase{"resize_linear_asymmetric", "%x: tensor<1x2x5x4x2xf64>",
                     "%y = nn.resize %x linear asymmetric : "
                     "(tensor<1x2x5x4x2xf64>) -> tensor<1x2x7x3x2xf64>",
                     "%y : tensor<1x2x7x3x2xf64>"}),
    getName);
} // namespace
} // namespace bnopt::reference
