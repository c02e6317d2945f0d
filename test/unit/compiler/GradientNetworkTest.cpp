/// Adjoints of products, reductions and normalizations, and of small networks.

#include "GradientCheck.h"

namespace bnopt::reference {
namespace {

std::string getName(const ::testing::TestParamInfo<GradientCase> &info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Linear, GradientTest,
    ::testing::Values(
        GradientCase{"conv",
                     "%x: tensor<2x3x5x4xf64>, %w: tensor<4x3x3x3xf64>, %b: "
                     "tensor<4xf64>",
                     "%y = nn.conv %x, %w bias %b pads [1, 1, 1, 1] : "
                     "(tensor<2x3x5x4xf64>, tensor<4x3x3x3xf64>, "
                     "tensor<4xf64>) -> tensor<2x4x5x4xf64>",
                     "%y : tensor<2x4x5x4xf64>"},
        GradientCase{
            "conv_strides_groups",
            "%x: tensor<1x4x6x5xf64>, %w: tensor<6x2x3x2xf64>, %b: "
            "tensor<6xf64>",
            "%y = nn.conv %x, %w bias %b strides [2, 3] pads [1, 0, 0, 1] "
            "dilations [1, 2] groups 2 : (tensor<1x4x6x5xf64>, "
            "tensor<6x2x3x2xf64>, tensor<6xf64>) -> tensor<1x6x3x2xf64>",
            "%y : tensor<1x6x3x2xf64>"},
        GradientCase{
            "conv_depthwise",
            "%x: tensor<1x3x7xf64>, %w: tensor<3x1x3xf64>, %b: tensor<3xf64>",
            "%y = nn.conv %x, %w bias %b strides [2] pads [1, 1] groups 3 : "
            "(tensor<1x3x7xf64>, tensor<3x1x3xf64>, tensor<3xf64>) -> "
            "tensor<1x3x4xf64>",
            "%y : tensor<1x3x4xf64>"},
        GradientCase{
            "conv_3d",
            "%x: tensor<1x2x3x3x3xf64>, %w: tensor<2x2x2x2x2xf64>, %b: "
            "tensor<2xf64>",
            "%y = nn.conv %x, %w bias %b  : (tensor<1x2x3x3x3xf64>, "
            "tensor<2x2x2x2x2xf64>, tensor<2xf64>) -> tensor<1x2x2x2x2xf64>",
            "%y : tensor<1x2x2x2x2xf64>"},
        GradientCase{
            "conv_transpose",
            "%x: tensor<1x4x3x2xf64>, %w: tensor<4x2x3x3xf64>, %b: "
            "tensor<4xf64>",
            "%y = nn.conv_transpose %x, %w bias %b strides [2, 3] pads [1, 0, "
            "1, 1] output_pads [1, 2] groups 2 : (tensor<1x4x3x2xf64>, "
            "tensor<4x2x3x3xf64>, tensor<4xf64>) -> tensor<1x4x6x7xf64>",
            "%y : tensor<1x4x6x7xf64>"},
        GradientCase{
            "gemm",
            "%a: tensor<2x4xf64>, %b: tensor<4x3xf64>, %c: tensor<3xf64>",
            "%y = nn.gemm %a, %b bias %c alpha 0.5 beta 2.0 : "
            "(tensor<2x4xf64>, tensor<4x3xf64>, tensor<3xf64>) -> "
            "tensor<2x3xf64>",
            "%y : tensor<2x3xf64>"},
        GradientCase{
            "gemm_trans_b",
            "%a: tensor<2x4xf64>, %b: tensor<3x4xf64>, %c: tensor<3xf64>",
            "%y = nn.gemm %a, %b bias %c alpha 0.5 beta 2.0 trans_b : "
            "(tensor<2x4xf64>, tensor<3x4xf64>, tensor<3xf64>) -> "
            "tensor<2x3xf64>",
            "%y : tensor<2x3xf64>"},
        GradientCase{
            "gemm_trans_a",
            "%a: tensor<4x2xf64>, %b: tensor<4x3xf64>, %c: tensor<3xf64>",
            "%y = nn.gemm %a, %b bias %c alpha 0.5 beta 2.0 trans_a : "
            "(tensor<4x2xf64>, tensor<4x3xf64>, tensor<3xf64>) -> "
            "tensor<2x3xf64>",
            "%y : tensor<2x3xf64>"},
        GradientCase{
            "gemm_trans_a_trans_b",
            "%a: tensor<4x2xf64>, %b: tensor<3x4xf64>, %c: tensor<3xf64>",
            "%y = nn.gemm %a, %b bias %c alpha 0.5 beta 2.0 trans_a trans_b : "
            "(tensor<4x2xf64>, tensor<3x4xf64>, tensor<3xf64>) -> "
            "tensor<2x3xf64>",
            "%y : tensor<2x3xf64>"},
        GradientCase{"matmul", "%a: tensor<2x1x3x4xf64>, %b: tensor<5x4x2xf64>",
                     "%y = nn.matmul %a, %b : (tensor<2x1x3x4xf64>, "
                     "tensor<5x4x2xf64>) -> tensor<2x5x3x2xf64>",
                     "%y : tensor<2x5x3x2xf64>"}),
    getName);

INSTANTIATE_TEST_SUITE_P(
    Reductions, GradientTest,
    ::testing::Values(
        GradientCase{
            "max_pool", "%x: tensor<1x2x7x6xf64>",
            "%y = nn.max_pool %x window [3, 2] strides [2, 2] pads [1, 0, 1, "
            "0] : (tensor<1x2x7x6xf64>) -> tensor<1x2x4x3xf64>",
            "%y : tensor<1x2x4x3xf64>"},
        GradientCase{"max_pool_dilated", "%x: tensor<1x2x8xf64>",
                     "%y = nn.max_pool %x window [2] strides [3] dilations [2] "
                     "ceil_mode : (tensor<1x2x8xf64>) -> tensor<1x2x3xf64>",
                     "%y : tensor<1x2x3xf64>"},
        GradientCase{
            "average_pool", "%x: tensor<1x2x7x6xf64>",
            "%y = nn.average_pool %x window [3, 2] strides [2, 2] pads [1, 0, "
            "1, 0] : (tensor<1x2x7x6xf64>) -> tensor<1x2x4x3xf64>",
            "%y : tensor<1x2x4x3xf64>"},
        GradientCase{"average_pool_include_pad", "%x: tensor<1x2x6xf64>",
                     "%y = nn.average_pool %x window [3] strides [2] pads [1, "
                     "1] ceil_mode count_include_pad : (tensor<1x2x6xf64>) -> "
                     "tensor<1x2x4xf64>",
                     "%y : tensor<1x2x4xf64>"},
        GradientCase{"reduce_mean", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_mean %x axes [0, 2] : (tensor<2x3x4xf64>) "
                     "-> tensor<3xf64>",
                     "%y : tensor<3xf64>"},
        GradientCase{"reduce_mean_keep", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_mean %x axes [1] keep_dims : "
                     "(tensor<2x3x4xf64>) -> tensor<2x1x4xf64>",
                     "%y : tensor<2x1x4xf64>"},
        GradientCase{"reduce_sum", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_sum %x axes [0, 2] : (tensor<2x3x4xf64>) "
                     "-> tensor<3xf64>",
                     "%y : tensor<3xf64>"},
        GradientCase{"reduce_sum_keep", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_sum %x axes [1] keep_dims : "
                     "(tensor<2x3x4xf64>) -> tensor<2x1x4xf64>",
                     "%y : tensor<2x1x4xf64>"},
        GradientCase{"reduce_max", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_max %x axes [0, 2] : (tensor<2x3x4xf64>) "
                     "-> tensor<3xf64>",
                     "%y : tensor<3xf64>"},
        GradientCase{"reduce_max_keep", "%x: tensor<2x3x4xf64>",
                     "%y = nn.reduce_max %x axes [1] keep_dims : "
                     "(tensor<2x3x4xf64>) -> tensor<2x1x4xf64>",
                     "%y : tensor<2x1x4xf64>"},
        GradientCase{"softmax", "%x: tensor<2x3x4xf64>",
                     "%y = nn.softmax %x axis 1 : tensor<2x3x4xf64>",
                     "%y : tensor<2x3x4xf64>"},
        GradientCase{
            "local_response_norm_3", "%x: tensor<2x5x2x3xf64>",
            "%y = nn.local_response_norm %x {size = 3 : i64, alpha = 0.7 : "
            "f64, beta = 0.75 : f64, bias = 1.5 : f64} : tensor<2x5x2x3xf64>",
            "%y : tensor<2x5x2x3xf64>"},
        GradientCase{
            "local_response_norm_4", "%x: tensor<2x5x2x3xf64>",
            "%y = nn.local_response_norm %x {size = 4 : i64, alpha = 0.7 : "
            "f64, beta = 0.75 : f64, bias = 1.5 : f64} : tensor<2x5x2x3xf64>",
            "%y : tensor<2x5x2x3xf64>"}),
    getName);

INSTANTIATE_TEST_SUITE_P(
    Normalizations, GradientTest,
    ::testing::Values(
        GradientCase{"inference",
                     "%x: tensor<3x2x4xf64>, %s: tensor<2xf64>, %o: "
                     "tensor<2xf64>, %m: tensor<2xf64>, %v: tensor<2xf64>",
                     "%p = nn.exp %v : tensor<2xf64> %y = bn.inference %x, %s, "
                     "%o, %m, %p {epsilon = 0.1 : f64, featureIndex = 1 : i64} "
                     ": (tensor<3x2x4xf64>, tensor<2xf64>, tensor<2xf64>, "
                     "tensor<2xf64>, tensor<2xf64>) -> tensor<3x2x4xf64>",
                     "%y : tensor<3x2x4xf64>", 2},
        GradientCase{
            "scale_shift",
            "%x: tensor<3x2x4xf64>, %s: tensor<2xf64>, %o: tensor<2xf64>",
            "%y = bn.scale_shift %x, %s, %o {featureIndex = 1 : i64} : "
            "(tensor<3x2x4xf64>, tensor<2xf64>, tensor<2xf64>) -> "
            "tensor<3x2x4xf64>",
            "%y : tensor<3x2x4xf64>"},
        GradientCase{
            "training",
            "%x: tensor<3x2x4xf64>, %s: tensor<2xf64>, %o: tensor<2xf64>",
            "%y, %m, %v = bn.training %x, %s, %o {epsilon = 0.1 : f64, "
            "featureIndex = 1 : i64} : (tensor<3x2x4xf64>, tensor<2xf64>, "
            "tensor<2xf64>) -> (tensor<3x2x4xf64>, tensor<2xf64>, "
            "tensor<2xf64>)",
            "%y : tensor<3x2x4xf64>"},
        GradientCase{
            "training_and_statistics",
            "%x: tensor<3x2x4xf64>, %s: tensor<2xf64>, %o: tensor<2xf64>",
            "%y, %m, %v = bn.training %x, %s, %o {epsilon = 0.1 : f64, "
            "featureIndex = 1 : i64} : (tensor<3x2x4xf64>, tensor<2xf64>, "
            "tensor<2xf64>) -> (tensor<3x2x4xf64>, tensor<2xf64>, "
            "tensor<2xf64>)",
            "%y, %m, %v : tensor<3x2x4xf64>, tensor<2xf64>, tensor<2xf64>"},
        GradientCase{"statistics", "%x: tensor<3x2x4xf64>",
                     "%m, %v = bn.statistics %x {featureIndex = 1 : i64} : "
                     "(tensor<3x2x4xf64>) -> (tensor<2xf64>, tensor<2xf64>)",
                     "%m, %v : tensor<2xf64>, tensor<2xf64>"},
        GradientCase{"normalize",
                     "%x: tensor<3x2x4xf64>, %s: tensor<2xf64>, %o: "
                     "tensor<2xf64>, %m: tensor<2xf64>, %v: tensor<2xf64>",
                     "%p = nn.exp %v : tensor<2xf64> %y = bn.normalize %x, %s, "
                     "%o, %m, %p {epsilon = 0.1 : f64, featureIndex = 1 : i64} "
                     ": (tensor<3x2x4xf64>, tensor<2xf64>, tensor<2xf64>, "
                     "tensor<2xf64>, tensor<2xf64>) -> tensor<3x2x4xf64>",
                     "%y : tensor<3x2x4xf64>"},
        GradientCase{
            "layer_norm",
            "%x: tensor<2x3x4xf64>, %s: tensor<3x4xf64>, %o: tensor<3x4xf64>",
            "%y = bn.layer_norm %x, %s, %o {epsilon = 0.1 : f64, axis = 1 : "
            "i64} : (tensor<2x3x4xf64>, tensor<3x4xf64>, tensor<3x4xf64>) -> "
            "tensor<2x3x4xf64>",
            "%y : tensor<2x3x4xf64>"},
        GradientCase{
            "layer_norm_no_offset", "%x: tensor<2x3x4xf64>, %s: tensor<4xf64>",
            "%y = bn.layer_norm %x, %s {epsilon = 0.1 : f64, axis = 2 : i64} : "
            "(tensor<2x3x4xf64>, tensor<4xf64>) -> tensor<2x3x4xf64>",
            "%y : tensor<2x3x4xf64>"},
        GradientCase{
            "rms_norm", "%x: tensor<2x3x4xf64>, %s: tensor<3x4xf64>",
            "%y = bn.rms_norm %x, %s {epsilon = 0.1 : f64, axis = 1 : i64} : "
            "(tensor<2x3x4xf64>, tensor<3x4xf64>) -> tensor<2x3x4xf64>",
            "%y : tensor<2x3x4xf64>"},
        GradientCase{
            "group_norm",
            "%x: tensor<2x4x3xf64>, %s: tensor<4xf64>, %o: tensor<4xf64>",
            "%y = bn.group_norm %x, %s, %o {groups = 2 : i64, epsilon = 0.1 : "
            "f64} : (tensor<2x4x3xf64>, tensor<4xf64>, tensor<4xf64>) -> "
            "tensor<2x4x3xf64>",
            "%y : tensor<2x4x3xf64>"}),
    getName);

INSTANTIATE_TEST_SUITE_P(
    Networks, GradientTest,
    ::testing::Values(
        GradientCase{
            "residual_block",
            "%x: tensor<2x3x4x4xf64>, %w: tensor<3x3x3x3xf64>, %s: "
            "tensor<3xf64>, %o: tensor<3xf64>",
            "%0 = nn.conv %x, %w pads [1, 1, 1, 1] : (tensor<2x3x4x4xf64>, "
            "tensor<3x3x3x3xf64>) -> tensor<2x3x4x4xf64>\n%1, %m, %v = "
            "bn.training %0, %s, %o {epsilon = 0.001 : f64, featureIndex = 1 : "
            "i64} : (tensor<2x3x4x4xf64>, tensor<3xf64>, tensor<3xf64>) -> "
            "(tensor<2x3x4x4xf64>, tensor<3xf64>, tensor<3xf64>)\n%2 = nn.add "
            "%1, %x : (tensor<2x3x4x4xf64>, tensor<2x3x4x4xf64>) -> "
            "tensor<2x3x4x4xf64>\n%3 = nn.relu %2 : tensor<2x3x4x4xf64>\n%4 = "
            "nn.conv %3, %w pads [1, 1, 1, 1] : (tensor<2x3x4x4xf64>, "
            "tensor<3x3x3x3xf64>) -> tensor<2x3x4x4xf64>\n%y = nn.reduce_mean "
            "%4 axes [2, 3] : (tensor<2x3x4x4xf64>) -> tensor<2x3xf64>",
            "%y : tensor<2x3xf64>"},
        GradientCase{
            "dense_block",
            "%x: tensor<2x2x4x4xf64>, %w: tensor<2x2x1x1xf64>, %w2: "
            "tensor<1x4x3x3xf64>, %s: tensor<4xf64>, %o: tensor<4xf64>",
            "%0 = nn.conv %x, %w : (tensor<2x2x4x4xf64>, tensor<2x2x1x1xf64>) "
            "-> tensor<2x2x4x4xf64>\n%1 = nn.concat %x, %0 axis 1 : "
            "(tensor<2x2x4x4xf64>, tensor<2x2x4x4xf64>) -> "
            "tensor<2x4x4x4xf64>\n%2, %m, %v = bn.training %1, %s, %o {epsilon "
            "= 0.001 : f64, featureIndex = 1 : i64} : (tensor<2x4x4x4xf64>, "
            "tensor<4xf64>, tensor<4xf64>) -> (tensor<2x4x4x4xf64>, "
            "tensor<4xf64>, tensor<4xf64>)\n%3 = nn.relu %2 : "
            "tensor<2x4x4x4xf64>\n%4 = nn.conv %3, %w2 pads [1, 1, 1, 1] : "
            "(tensor<2x4x4x4xf64>, tensor<1x4x3x3xf64>) -> "
            "tensor<2x1x4x4xf64>\n%5 = nn.concat %1, %4 axis 1 : "
            "(tensor<2x4x4x4xf64>, tensor<2x1x4x4xf64>) -> "
            "tensor<2x5x4x4xf64>\n%y = nn.average_pool %5 window [2, 2] "
            "strides [2, 2] : (tensor<2x5x4x4xf64>) -> tensor<2x5x2x2xf64>",
            "%y : tensor<2x5x2x2xf64>"},
        GradientCase{"two_results", "%x: tensor<2x3xf64>, %w: tensor<3x3xf64>",
                     "%y = nn.gemm %x, %w : (tensor<2x3xf64>, tensor<3x3xf64>) "
                     "-> tensor<2x3xf64> %z = nn.sigmoid %y : tensor<2x3xf64>",
                     "%y, %z : tensor<2x3xf64>, tensor<2x3xf64>"}),
    getName);
} // namespace
} // namespace bnopt::reference
