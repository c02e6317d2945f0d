// Parallel convolutions of one input become one, whose weights are their sum.

// RUN: bn-opt %s --bn-merge-branches --split-input-file | FileCheck %s

// The block of RepVGG before its normalizations are absorbed: the middle tap is
// 2·5 + 3·10 + 4, the shift 1 + 2 + 3.
// CHECK-LABEL: @merge_repvgg_block
func.func @merge_repvgg_block(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00, 4.000000e+00, 6.000000e+00], [8.000000e+00, 4.400000e+01, 1.200000e+01], [1.400000e+01, 1.600000e+01, 1.800000e+01]]]]> : tensor<1x1x3x3xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<6.000000e+00> : tensor<1xf32>
  // CHECK: %[[SUM:.*]] = nn.conv %{{.*}}, %[[WEIGHTS]] bias %[[BIAS]] pads [1, 1, 1, 1] :
  // CHECK-NEXT: return %[[SUM]]
  %w3 = arith.constant dense<[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]]> : tensor<1x1x3x3xf32>
  %w1 = arith.constant dense<10.0> : tensor<1x1x1x1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf64>
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %three = arith.constant dense<3.0> : tensor<1xf64>
  %four = arith.constant dense<4.0> : tensor<1xf64>
  %0 = nn.conv %x, %w3 pads [1, 1, 1, 1] : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x4x4xf32>
  %1 = nn.conv %x, %w1 : (tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = bn.scale_shift %0, %two, %one {featureIndex = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4x4xf32>
  %3 = bn.scale_shift %1, %three, %two {featureIndex = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4x4xf32>
  %4 = bn.scale_shift %x, %four, %three {featureIndex = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4x4xf32>
  %5 = nn.add %2, %3 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %6 = nn.add %5, %4 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %6 : tensor<1x1x4x4xf32>
}

// -----

// Biases add up; the input itself is one more branch, of no bias.
// CHECK-LABEL: @merge_biases_and_identity
func.func @merge_biases_and_identity(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}4.000000e+00], [4.000000e+00]], {{\[\[}}6.000000e+00], [8.000000e+00]]]> : tensor<2x2x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[1.000000e+01, 2.100000e+01]> : tensor<2xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] bias %[[BIAS]] :
  // CHECK-NEXT: return
  %a = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
  %b = arith.constant dense<[[[2.0], [2.0]], [[3.0], [3.0]]]> : tensor<2x2x1xf32>
  %one = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %ten = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %0 = nn.conv %x, %a bias %one : (tensor<1x2x4xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %1 = nn.conv %x, %b bias %ten : (tensor<1x2x4xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %2 = nn.add %x, %1 : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %3 = nn.add %0, %2 : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  return %3 : tensor<1x2x4xf32>
}

// -----

// ACNet: a row and a column are parts of the square.
// CHECK-LABEL: @merge_asymmetric
func.func @merge_asymmetric(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}0.000000e+00, 1.000000e+01, 0.000000e+00], [1.000000e+00, 2.200000e+01, 3.000000e+00], [0.000000e+00, 3.000000e+01, 0.000000e+00]]]]>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] pads [1, 1, 1, 1] :
  // CHECK-NEXT: return
  %square = arith.constant dense<0.0> : tensor<1x1x3x3xf32>
  %row = arith.constant dense<[[[[1.0, 2.0, 3.0]]]]> : tensor<1x1x1x3xf32>
  %column = arith.constant dense<[[[[10.0], [20.0], [30.0]]]]> : tensor<1x1x3x1xf32>
  %0 = nn.conv %x, %row pads [0, 1, 0, 1] : (tensor<1x1x4x4xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x4x4xf32>
  %1 = nn.conv %x, %column pads [1, 0, 1, 0] : (tensor<1x1x4x4xf32>, tensor<1x1x3x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = nn.conv %x, %square pads [1, 1, 1, 1] : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x4x4xf32>
  %3 = nn.add %0, %1 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %4 = nn.add %3, %2 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %4 : tensor<1x1x4x4xf32>
}

// -----

// Taps at −2, 0, 2 and at 0, 2 are one grid of step 2.
// CHECK-LABEL: @merge_dilated
func.func @merge_dilated(%x: tensor<1x1x9xf32>) -> tensor<1x1x5xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 1.300000e+01]]]> : tensor<1x1x3xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] strides [2] pads [2, 2] dilations [2] :
  // CHECK-NEXT: return
  %a = arith.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %b = arith.constant dense<[[[0.0, 10.0]]]> : tensor<1x1x2xf32>
  %0 = nn.conv %x, %a strides [2] pads [2, 2] dilations [2] : (tensor<1x1x9xf32>, tensor<1x1x3xf32>) -> tensor<1x1x5xf32>
  %1 = nn.conv %x, %b strides [2] pads [0, 2] dilations [2] : (tensor<1x1x9xf32>, tensor<1x1x2xf32>) -> tensor<1x1x5xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x5xf32>, tensor<1x1x5xf32>) -> tensor<1x1x5xf32>
  return %2 : tensor<1x1x5xf32>
}

// -----

// Output o of a group reads its own channel at index o mod C/g.
// CHECK-LABEL: @merge_grouped_identity
func.func @merge_grouped_identity(%x: tensor<1x4x3xf32>) -> tensor<1x4x3xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.100000e+01], [2.000000e+00]], {{\[\[}}3.000000e+00], [2.400000e+01]], {{\[\[}}3.500000e+01], [6.000000e+00]], {{\[\[}}7.000000e+00], [4.800000e+01]]]> : tensor<4x2x1xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] bias %{{.*}} groups 2 :
  // CHECK-NEXT: return
  %w = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]], [[7.0], [8.0]]]> : tensor<4x2x1xf32>
  %s = arith.constant dense<[10.0, 20.0, 30.0, 40.0]> : tensor<4xf64>
  %0 = nn.conv %x, %w groups 2 : (tensor<1x4x3xf32>, tensor<4x2x1xf32>) -> tensor<1x4x3xf32>
  %1 = bn.scale_shift %x, %s, %s {featureIndex = 1 : i64} : (tensor<1x4x3xf32>, tensor<4xf64>, tensor<4xf64>) -> tensor<1x4x3xf32>
  %2 = nn.add %0, %1 : (tensor<1x4x3xf32>, tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  return %2 : tensor<1x4x3xf32>
}

// -----

// One group and two: the blocks of the second are on the diagonal.
// CHECK-LABEL: @merge_different_groups
func.func @merge_different_groups(%x: tensor<1x2x3xf32>) -> tensor<1x2x3xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.100000e+01], [2.000000e+00]], {{\[\[}}3.000000e+00], [2.400000e+01]]]> : tensor<2x2x1xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] :
  // CHECK-NEXT: return
  %dense = arith.constant dense<[[[1.0], [2.0]], [[3.0], [4.0]]]> : tensor<2x2x1xf32>
  %depthwise = arith.constant dense<[[[10.0]], [[20.0]]]> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %dense : (tensor<1x2x3xf32>, tensor<2x2x1xf32>) -> tensor<1x2x3xf32>
  %1 = nn.conv %x, %depthwise groups 2 : (tensor<1x2x3xf32>, tensor<2x1x1xf32>) -> tensor<1x2x3xf32>
  %2 = nn.add %0, %1 : (tensor<1x2x3xf32>, tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  return %2 : tensor<1x2x3xf32>
}

// -----

// A depthwise block of MobileOne, with a pool that counts its padding.
// CHECK-LABEL: @merge_depthwise_and_pool
func.func @merge_depthwise_and_pool(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.500000e+00, 1.250000e+01, 3.000000e+00, 4.000000e+00]], {{\[\[}}5.500000e+00, 2.650000e+01, 7.000000e+00, 8.000000e+00]]]> : tensor<2x1x4xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] pads [1, 2] groups 2 :
  // CHECK-NEXT: return
  %wide = arith.constant dense<[[[1.0, 2.0, 3.0, 4.0]], [[5.0, 6.0, 7.0, 8.0]]]> : tensor<2x1x4xf32>
  %one = arith.constant dense<[[[10.0]], [[20.0]]]> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %wide pads [1, 2] groups 2 : (tensor<1x2x4xf32>, tensor<2x1x4xf32>) -> tensor<1x2x4xf32>
  %1 = nn.conv %x, %one groups 2 : (tensor<1x2x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %2 = nn.average_pool %x window [2] pads [1, 0] count_include_pad : (tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %3 = nn.add %0, %1 : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %4 = nn.add %3, %2 : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  return %4 : tensor<1x2x4xf32>
}

// -----

// What is no branch stays an addend.
// CHECK-LABEL: @merge_part_of_a_sum
func.func @merge_part_of_a_sum(%x: tensor<1x1x4xf32>, %y: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<5.000000e+00>
  // CHECK: %[[CONV:.*]] = nn.conv %{{.*}}, %[[WEIGHTS]] :
  // CHECK-NEXT: %[[SUM:.*]] = nn.add %[[CONV]], %arg1
  // CHECK-NEXT: return %[[SUM]]
  %a = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %b = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %a : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %y : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %2 = nn.conv %x, %b : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %3 = nn.add %1, %2 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// Batch and image of unknown size.
// CHECK-LABEL: @merge_dynamic
func.func @merge_dynamic(%x: tensor<?x1x?xf32>) -> tensor<?x1x?xf32> {
  // CHECK: nn.conv %{{.*}} strides [2] pads [1, 1] :
  // CHECK-NEXT: return
  %a = arith.constant dense<2.0> : tensor<1x1x3xf32>
  %b = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %a strides [2] pads [1, 1] : (tensor<?x1x?xf32>, tensor<1x1x3xf32>) -> tensor<?x1x?xf32>
  %1 = nn.conv %x, %b strides [2] : (tensor<?x1x?xf32>, tensor<1x1x1xf32>) -> tensor<?x1x?xf32>
  %2 = nn.add %0, %1 : (tensor<?x1x?xf32>, tensor<?x1x?xf32>) -> tensor<?x1x?xf32>
  return %2 : tensor<?x1x?xf32>
}

// -----

// 2048 + 1 + 1 is exact in f16; rounded after each branch it would be 2048.
// CHECK-LABEL: @merge_f16_rounds_once
func.func @merge_f16_rounds_once(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK-DAG: arith.constant dense<2.050000e+03> : tensor<1x1x1xf16>
  // CHECK: nn.conv
  // CHECK-NEXT: return
  %w = arith.constant dense<2048.0> : tensor<1x1x1xf16>
  %s = arith.constant dense<1.0> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  %1 = bn.scale_shift %x, %s, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  %2 = nn.add %0, %x : (tensor<1x1x4xf16>, tensor<1x1x4xf16>) -> tensor<1x1x4xf16>
  %3 = nn.add %2, %1 : (tensor<1x1x4xf16>, tensor<1x1x4xf16>) -> tensor<1x1x4xf16>
  return %3 : tensor<1x1x4xf16>
}
