// Arithmetic with one constant per feature is a scale-shift where it can go, and
// stays as it is elsewhere.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file | FileCheck %s

// The bias of a dense layer as most exporters write it.
// CHECK-LABEL: @fold_bias_into_gemm
func.func @fold_bias_into_gemm(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: %[[BIAS:.*]] = arith.constant dense<[4.000000e+00, 5.000000e+00]> : tensor<2xf32>
  // CHECK: nn.gemm %{{.*}} bias %[[BIAS]]
  // CHECK-NEXT: return
  %weights = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %0 = nn.gemm %x, %weights : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = nn.add %0, %bias : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// -----

// Caffe's BatchNorm and Scale layers, as ONNX writes them, are one scale-shift:
// 2·(3·x + 1) + 4 and 3·(3·x + 1) + 5.
// CHECK-LABEL: @merge_caffe_scale_after_batch_norm
func.func @merge_caffe_scale_after_batch_norm(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[6.000000e+00, 9.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[6.000000e+00, 8.000000e+00]> : tensor<2xf32>
  // CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
  // CHECK-NEXT: return
  %one = arith.constant dense<1.0> : tensor<2xf64>
  %three = arith.constant dense<3.0> : tensor<2xf64>
  %scale = arith.constant dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %shift = arith.constant dense<[[[[4.0]], [[5.0]]]]> : tensor<1x2x1x1xf32>
  %0 = bn.scale_shift %x, %three, %one {featureIndex = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4x4xf32>
  %1 = nn.mul %0, %scale : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %2 = nn.add %shift, %1 : (tensor<1x2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// -----

// Both at once: (10 − x)/4 = −0.25·x + 2.5.
// CHECK-LABEL: @fold_subtraction_and_division
func.func @fold_subtraction_and_division(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<-2.500000e-01> : tensor<2x1x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<2.500000e+00> : tensor<2xf32>
  // CHECK: nn.conv %{{.*}}, %[[WEIGHTS]] bias %[[BIAS]]
  // CHECK-NEXT: return
  %weights = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %ten = arith.constant dense<10.0> : tensor<f32>
  %four = arith.constant dense<4.0> : tensor<2x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.sub %ten, %0 : (tensor<f32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %2 = nn.div %1, %four : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// A multiplication that finds no place is not made a scale-shift.
// CHECK-LABEL: @no_fold_argument
func.func @no_fold_argument(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.mul
  // CHECK-NEXT: nn.add
  // CHECK-NEXT: return
  %scale = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.mul %x, %scale : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.add %0, %scale : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// CHECK-LABEL: @fold_identities
func.func @fold_identities(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-NEXT: return %{{.*}} : tensor<1x2x4xf32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %ones = arith.constant dense<1.0> : tensor<2xf64>
  %0 = nn.mul %x, %one : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  %1 = bn.scale_shift %0, %ones, %zero {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// Along the last dimension, aligned with [4], nothing can absorb it.
// CHECK-LABEL: @no_fold_per_pixel
func.func @no_fold_per_pixel(%x: tensor<1x4x4xf32>) -> tensor<1x4x4xf32> {
  // CHECK: nn.add
  %weights = arith.constant dense<1.0> : tensor<4x4x1xf32>
  %constant = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.conv %x, %weights : (tensor<1x4x4xf32>, tensor<4x4x1xf32>) -> tensor<1x4x4xf32>
  %1 = nn.add %0, %constant : (tensor<1x4x4xf32>, tensor<4xf32>) -> tensor<1x4x4xf32>
  return %1 : tensor<1x4x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_division_by_zero
func.func @no_fold_division_by_zero(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.div
  %weights = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %zero = arith.constant dense<0.0> : tensor<f32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.div %0, %zero : (tensor<1x1x4xf32>, tensor<f32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// A constant that makes the result larger is no scale-shift of the operand.
// CHECK-LABEL: @no_fold_widening
func.func @no_fold_widening(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.mul
  %weights = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %constant = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.mul %0, %constant : (tensor<1x1x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}
