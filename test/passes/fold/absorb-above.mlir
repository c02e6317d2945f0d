// A scale-shift goes into the weights of the operators that read its result.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file | FileCheck %s

// W' = W·s, b' = b + Σ W·t: 2·1 + 3·2 = 8 and 4·1 + 5·2 = 14.
// CHECK-LABEL: @fold_above_conv_no_padding
func.func @fold_above_conv_no_padding(%x: tensor<?x2x?xf32>) -> tensor<?x2x?xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}2.000000e+01], [3.000000e+02]], {{\[\[}}4.000000e+01], [5.000000e+02]]]> : tensor<2x2x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[9.000000e+00, 1.500000e+01]> : tensor<2xf32>
  // CHECK: nn.conv %arg0, %[[WEIGHTS]] bias %[[BIAS]]
  // CHECK-NEXT: return
  %scale = arith.constant dense<[10.0, 100.0]> : tensor<2xf64>
  %shift = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %weights = arith.constant dense<[[[2.0], [3.0]], [[4.0], [5.0]]]> : tensor<2x2x1xf32>
  %bias = arith.constant dense<1.0> : tensor<2xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x2x?xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2x?xf32>
  %1 = nn.conv %0, %weights bias %bias : (tensor<?x2x?xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<?x2x?xf32>
  return %1 : tensor<?x2x?xf32>
}

// -----

// Padding is zero below the scale-shift: at the borders fewer taps add to the
// shift, 2 + 3 at the first, 1 + 2 + 3 in the middle, 1 + 2 at the last.
// CHECK-LABEL: @fold_above_conv_border_map
func.func @fold_above_conv_border_map(%x: tensor<?x1x4xf32>) -> tensor<?x1x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+01, 2.000000e+01, 3.000000e+01]]]>
  // CHECK-DAG: %[[SHIFTS:.*]] = arith.constant dense<{{\[\[\[}}5.000000e+00, 6.000000e+00, 6.000000e+00, 3.000000e+00]]]> : tensor<1x1x4xf32>
  // CHECK: %[[CONV:.*]] = nn.conv %arg0, %[[WEIGHTS]] pads [1, 1]
  // CHECK-NEXT: %[[SUM:.*]] = nn.add %[[CONV]], %[[SHIFTS]]
  // CHECK-NEXT: return %[[SUM]]
  %scale = arith.constant dense<10.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %weights = arith.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<?x1x4xf32>
  %1 = nn.conv %0, %weights pads [1, 1] : (tensor<?x1x4xf32>, tensor<1x1x3xf32>) -> tensor<?x1x4xf32>
  return %1 : tensor<?x1x4xf32>
}

// -----

// A scale alone needs no padding to be known.
// CHECK-LABEL: @fold_scale_above_conv_dynamic
func.func @fold_scale_above_conv_dynamic(%x: tensor<?x1x?xf32>) -> tensor<?x1x?xf32> {
  // CHECK: nn.conv %arg0
  // CHECK-NEXT: return
  %scale = arith.constant dense<10.0> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %weights = arith.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x1x?xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<?x1x?xf32>
  %1 = nn.conv %0, %weights pads [1, 1] : (tensor<?x1x?xf32>, tensor<1x1x3xf32>) -> tensor<?x1x?xf32>
  return %1 : tensor<?x1x?xf32>
}

// -----

// Where the borders are is not known.
// CHECK-LABEL: @no_fold_shift_above_conv_dynamic
func.func @no_fold_shift_above_conv_dynamic(%x: tensor<?x1x?xf32>) -> tensor<?x1x?xf32> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<10.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %weights = arith.constant dense<[[[1.0, 2.0, 3.0]]]> : tensor<1x1x3xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x1x?xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<?x1x?xf32>
  %1 = nn.conv %0, %weights pads [1, 1] : (tensor<?x1x?xf32>, tensor<1x1x3xf32>) -> tensor<?x1x?xf32>
  return %1 : tensor<?x1x?xf32>
}

// -----

// Channel c of a depthwise convolution feeds results c·M … c·M + M − 1.
// CHECK-LABEL: @fold_above_conv_depthwise
func.func @fold_above_conv_depthwise(%x: tensor<1x2x4xf32>) -> tensor<1x4x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+00]], {{\[\[}}1.000000e+00]], {{\[\[}}1.000000e+01]], {{\[\[}}1.000000e+01]]]>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[2.000000e+00, 2.000000e+00, 3.000000e+00, 3.000000e+00]>
  // CHECK: nn.conv %arg0, %[[WEIGHTS]] bias %[[BIAS]] groups 2
  // CHECK-NEXT: return
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %weights = arith.constant dense<1.0> : tensor<4x1x1xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  %1 = nn.conv %0, %weights groups 2 : (tensor<1x2x4xf32>, tensor<4x1x1xf32>) -> tensor<1x4x4xf32>
  return %1 : tensor<1x4x4xf32>
}

// -----

// Stride 2: positions of a transposed convolution read tap 0 and tap 1 in turn,
// and both of them nowhere.
// CHECK-LABEL: @fold_above_conv_transpose_phases
func.func @fold_above_conv_transpose_phases(%x: tensor<1x1x2xf32>) -> tensor<1x1x4xf32> {
  // CHECK-DAG: %[[SHIFTS:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 1.000000e+00, 2.000000e+00]]]> : tensor<1x1x4xf32>
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}1.000000e+01, 2.000000e+01]]]>
  // CHECK: %[[CONV:.*]] = nn.conv_transpose %arg0, %[[WEIGHTS]] strides [2]
  // CHECK-NEXT: nn.add %[[CONV]], %[[SHIFTS]]
  %scale = arith.constant dense<10.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %weights = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x2xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x2xf32>
  %1 = nn.conv_transpose %0, %weights strides [2] : (tensor<1x1x2xf32>, tensor<1x1x2xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// Rows of B have the features of A; with trans_b its columns do.
// CHECK-LABEL: @fold_above_gemm
func.func @fold_above_gemm(%x: tensor<3x2xf32>, %y: tensor<2x3xf32>) -> (tensor<3x1xf32>, tensor<3x1xf32>) {
  // CHECK-DAG: %[[ROWS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00], [3.000000e+01]]> : tensor<2x1xf32>
  // CHECK-DAG: %[[COLUMNS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 3.000000e+01]]> : tensor<1x2xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<2.300000e+01> : tensor<1xf32>
  // CHECK-DAG: nn.gemm %arg0, %[[ROWS]] bias %[[BIAS]] :
  // CHECK-DAG: nn.gemm %arg1, %[[COLUMNS]] bias %[[BIAS]] trans_a trans_b :
  // CHECK: return
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[4.0, 5.0]> : tensor<2xf64>
  %rows = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %columns = arith.constant dense<[[2.0, 3.0]]> : tensor<1x2xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<3x2xf32>
  %1 = nn.gemm %0, %rows : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  %2 = bn.scale_shift %y, %scale, %shift {featureIndex = 0 : i64} : (tensor<2x3xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x3xf32>
  %3 = nn.gemm %2, %columns trans_a trans_b : (tensor<2x3xf32>, tensor<1x2xf32>) -> tensor<3x1xf32>
  return %1, %3 : tensor<3x1xf32>, tensor<3x1xf32>
}

// -----

// A constant left factor has the features in its columns; the shift adds to
// each row of the product.
// CHECK-LABEL: @fold_above_matmul_left
func.func @fold_above_matmul_left(%x: tensor<?x2x3xf32>) -> tensor<?x1x3xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 3.000000e+01]]> : tensor<1x2xf32>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<2.300000e+01> : tensor<1x1xf32>
  // CHECK: %[[PRODUCT:.*]] = nn.matmul %[[WEIGHTS]], %arg0
  // CHECK-NEXT: nn.add %[[PRODUCT]], %[[SHIFT]]
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[4.0, 5.0]> : tensor<2xf64>
  %weights = arith.constant dense<[[2.0, 3.0]]> : tensor<1x2xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x2x3xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2x3xf32>
  %1 = nn.matmul %weights, %0 : (tensor<1x2xf32>, tensor<?x2x3xf32>) -> tensor<?x1x3xf32>
  return %1 : tensor<?x1x3xf32>
}

// -----

// The product adds along the last dimension, not along the features, whose
// number is the same.
// CHECK-LABEL: @no_fold_above_matmul_axis
func.func @no_fold_above_matmul_axis(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[4.0, 5.0]> : tensor<2xf64>
  %weights = arith.constant dense<2.0> : tensor<2x2xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2xf32>
  %1 = nn.matmul %0, %weights : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// Two users take it, each in weights of its own.
// CHECK-LABEL: @fold_above_two_convs
func.func @fold_above_two_convs(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK-DAG: %[[FOUR:.*]] = arith.constant dense<4.000000e+00>
  // CHECK-DAG: %[[SIX:.*]] = arith.constant dense<6.000000e+00>
  // CHECK-DAG: nn.conv %arg0, %[[FOUR]]
  // CHECK-DAG: nn.conv %arg0, %[[SIX]]
  // CHECK-NOT: bn.scale_shift
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %three = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.conv %0, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.conv %0, %three : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  return %1, %2 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// One of two users takes none, so nothing moves.
// CHECK-LABEL: @no_fold_above_one_of_two
func.func @no_fold_above_one_of_two(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.conv %0, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.tanh %0 : tensor<1x1x4xf32>
  return %1, %2 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}
