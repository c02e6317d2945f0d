// A scale-shift goes into the weights and the bias of the linear operator above.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file | FileCheck %s

// CHECK-LABEL: @fold_into_conv_nchw_no_bias
func.func @fold_into_conv_nchw_no_bias(%x: tensor<?x1x4x4xf32>) -> tensor<?x2x2x2xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00]]], {{\[\[\[}}-3.000000e+00]]]]> : tensor<2x1x1x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[5.000000e-01, 7.000000e+00]> : tensor<2xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] bias %[[BIAS]] strides [2, 2]
  // CHECK-NEXT: return
  %weights = arith.constant dense<1.0> : tensor<2x1x1x1xf32>
  %scale = arith.constant dense<[2.0, -3.0]> : tensor<2xf64>
  %shift = arith.constant dense<[0.5, 7.0]> : tensor<2xf64>
  %0 = nn.conv %x, %weights strides [2, 2] : (tensor<?x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<?x2x2x2xf32>
  %y = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64}
      : (tensor<?x2x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2x2x2xf32>
  return %y : tensor<?x2x2x2xf32>
}

// -----

// b' = s·b + t
// CHECK-LABEL: @fold_into_conv_bias_and_padding
func.func @fold_into_conv_bias_and_padding(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x6x6xf32> {
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[2.050000e+01, -5.300000e+01]> : tensor<2xf32>
  // CHECK: nn.conv %{{.*}} bias %[[BIAS]] pads [1, 1, 1, 1]
  // CHECK-NEXT: return
  %weights = arith.constant dense<1.0> : tensor<2x1x1x1xf32>
  %bias = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %scale = arith.constant dense<[2.0, -3.0]> : tensor<2xf64>
  %shift = arith.constant dense<[0.5, 7.0]> : tensor<2xf64>
  %0 = nn.conv %x, %weights bias %bias pads [1, 1, 1, 1]
      : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x6x6xf32>
  %y = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64}
      : (tensor<1x2x6x6xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x6x6xf32>
  return %y : tensor<1x2x6x6xf32>
}

// -----

// A depthwise convolution with two outputs per channel, in one dimension.
// CHECK-LABEL: @fold_into_conv_1d_depthwise
func.func @fold_into_conv_1d_depthwise(%x: tensor<1x2x4xf32>) -> tensor<1x4x3xf32> {
  // CHECK-DAG: arith.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00]], [{{\[}}6.000000e+00, 8.000000e+00]], [{{\[}}1.500000e+01, 1.800000e+01]], [{{\[}}2.800000e+01, 3.200000e+01]]]> : tensor<4x1x2xf32>
  // CHECK: nn.conv %{{.*}}, %{{.*}} groups 2
  // CHECK-NEXT: return
  %weights = arith.constant dense<[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[7.0, 8.0]]]> : tensor<4x1x2xf32>
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf64>
  %shift = arith.constant dense<0.0> : tensor<4xf64>
  %0 = nn.conv %x, %weights groups 2 : (tensor<1x2x4xf32>, tensor<4x1x2xf32>) -> tensor<1x4x3xf32>
  %y = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64}
      : (tensor<1x4x3xf32>, tensor<4xf64>, tensor<4xf64>) -> tensor<1x4x3xf32>
  return %y : tensor<1x4x3xf32>
}

// -----

// CHECK-LABEL: @fold_into_conv_3d_grouped
func.func @fold_into_conv_3d_grouped(%x: tensor<1x4x1x1x1xf32>) -> tensor<1x2x1x1x1xf32> {
  // CHECK-DAG: arith.constant dense<{{\[\[\[\[\[}}2.000000e+00]]], [{{\[\[}}4.000000e+00]]]], [{{\[\[\[}}9.000000e+00]]], [{{\[\[}}1.200000e+01]]]]]> : tensor<2x2x1x1x1xf32>
  // CHECK: nn.conv
  // CHECK-NEXT: return
  %weights = arith.constant dense<[[[[[1.0]]], [[[2.0]]]], [[[[3.0]]], [[[4.0]]]]]> : tensor<2x2x1x1x1xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %shift = arith.constant dense<0.0> : tensor<2xf64>
  %0 = nn.conv %x, %weights groups 2 : (tensor<1x4x1x1x1xf32>, tensor<2x2x1x1x1xf32>) -> tensor<1x2x1x1x1xf32>
  %y = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64}
      : (tensor<1x2x1x1x1xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x1x1x1xf32>
  return %y : tensor<1x2x1x1x1xf32>
}

// -----

// Weights are I×O/g: row i of group q belongs to features 2q and 2q + 1.
// CHECK-LABEL: @fold_into_conv_transpose_groups
func.func @fold_into_conv_transpose_groups(%x: tensor<1x4x3xf32>) -> tensor<1x4x3xf32> {
  // CHECK-DAG: arith.constant dense<{{\[\[\[}}1.000000e+00], [2.000000e+00]], [{{\[}}1.000000e+00], [2.000000e+00]], [{{\[}}3.000000e+00], [4.000000e+00]], [{{\[}}3.000000e+00], [4.000000e+00]]]> : tensor<4x2x1xf32>
  // CHECK: nn.conv_transpose %{{.*}} bias %{{.*}} groups 2
  // CHECK-NEXT: return
  %weights = arith.constant dense<1.0> : tensor<4x2x1xf32>
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf64>
  %shift = arith.constant dense<1.0> : tensor<4xf64>
  %0 = nn.conv_transpose %x, %weights groups 2 : (tensor<1x4x3xf32>, tensor<4x2x1xf32>) -> tensor<1x4x3xf32>
  %y = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64}
      : (tensor<1x4x3xf32>, tensor<4xf64>, tensor<4xf64>) -> tensor<1x4x3xf32>
  return %y : tensor<1x4x3xf32>
}

// -----

// Features are the columns of B, or its rows where it is transposed.
// CHECK-LABEL: @fold_into_gemm
func.func @fold_into_gemm(%x: tensor<3x2xf32>) -> (tensor<3x2xf32>, tensor<3x2xf32>) {
  // CHECK-DAG: %[[PLAIN:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+01], [3.000000e+00, 4.000000e+01]]>
  // CHECK-DAG: %[[TRANSPOSED:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+01, 4.000000e+01]]>
  // CHECK: nn.gemm %{{.*}}, %[[PLAIN]] :
  // CHECK: nn.gemm %{{.*}}, %[[TRANSPOSED]] trans_b :
  // CHECK-NEXT: return
  %weights = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<0.0> : tensor<2xf64>
  %0 = nn.gemm %x, %weights : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %1 = nn.gemm %x, %weights trans_b : (tensor<3x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %2 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<3x2xf32>
  %3 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<3x2xf32>
  return %2, %3 : tensor<3x2xf32>, tensor<3x2xf32>
}

// -----

// Weights that two convolutions share stay as they are for the other.
// CHECK-LABEL: @fold_shared_weights_into_a_copy
func.func @fold_shared_weights_into_a_copy(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK-DAG: %[[OLD:.*]] = arith.constant dense<3.000000e+00>
  // CHECK-DAG: %[[NEW:.*]] = arith.constant dense<6.000000e+00>
  // CHECK-DAG: nn.conv %{{.*}}, %[[OLD]] :
  // CHECK-DAG: nn.conv %{{.*}}, %[[NEW]] bias
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %1, %2 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// s = s₂·s₁, t = s₂·t₁ + t₂. What stays is rounded to the type of the data.
// CHECK-LABEL: @merge_scale_shifts
func.func @merge_scale_shifts(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<1.500000e+01> : tensor<1xf32>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<4.200000e+01> : tensor<1xf32>
  // CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]]
  // CHECK-NEXT: return
  %three = arith.constant dense<3.0> : tensor<1xf64>
  %five = arith.constant dense<5.0> : tensor<1xf64>
  %seven = arith.constant dense<7.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %three, %seven {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = bn.scale_shift %0, %five, %seven {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// 0.1·10 rounds to 1 in f64 and then in f16; in f16 alone it would not.
// CHECK-LABEL: @fold_f16_rounds_once
func.func @fold_f16_rounds_once(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<1x1x1xf16>
  // CHECK: nn.conv
  // CHECK-NEXT: return
  %weights = arith.constant dense<10.0> : tensor<1x1x1xf16>
  %scale = arith.constant dense<0.1> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  return %1 : tensor<1x1x4xf16>
}

// -----

// Large constants are resources, read and made without touching the old one.
// CHECK-LABEL: @fold_resources
func.func @fold_resources(%x: tensor<1x1x4xf32>) -> tensor<1x17x4xf32> {
  // CHECK-DAG: arith.constant dense_resource<[[WEIGHTS:[A-Za-z0-9_."]+]]> : tensor<17x1x1xf32>
  // CHECK: nn.conv
  // CHECK-NEXT: return
  %weights = arith.constant dense_resource<weights> : tensor<17x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<17xf64>
  %shift = arith.constant dense<1.0> : tensor<17xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<17x1x1xf32>) -> tensor<1x17x4xf32>
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x17x4xf32>, tensor<17xf64>, tensor<17xf64>) -> tensor<1x17x4xf32>
  return %1 : tensor<1x17x4xf32>
}

// 3.0 doubled is 6.0, 0x40C00000.
// CHECK: [[WEIGHTS]]: "0x{{[0-9]+}}0000C0400000C040
{-#
  dialect_resources: {
    builtin: {
      weights: "0x040000000000404000004040000040400000404000004040000040400000404000004040000040400000404000004040000040400000404000004040000040400000404000004040"
    }
  }
#-}
