// A scale-shift goes into the scale and offset of the norm above it.

// RUN: bn-opt %s --bn-merge-affines --split-input-file | FileCheck %s

// CHECK-LABEL: @merge_into_layer_norm
func.func @merge_into_layer_norm(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+01, -9.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<[4.100000e+01, -1.300000e+01]> : tensor<2xf32>
  // CHECK: %[[Y:.*]] = bn.layer_norm %arg0, %[[SCALE]], %[[OFFSET]] {axis = 1 : i64, epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[Y]]
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %s = arith.constant dense<[10.0, -3.0]> : tensor<2xf64>
  %t = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %0 = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<?x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// One after the other, along one of the dimensions of the parameters.
// CHECK-LABEL: @merge_two_into_layer_norm_of_images
func.func @merge_two_into_layer_norm_of_images(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<{{\[\[}}1.000000e+02, 2.000000e+02], [9.000000e+00, 1.800000e+01]]> : tensor<2x2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<{{\[\[}}1.100000e+02, 1.100000e+02], [1.200000e+01, 1.200000e+01]]> : tensor<2x2xf32>
  // CHECK: bn.layer_norm %arg0, %[[SCALE]], %[[OFFSET]]
  // CHECK-NEXT: return
  %scale = arith.constant dense<[[1.0, 2.0], [1.0, 2.0]]> : tensor<2x2xf32>
  %s = arith.constant dense<[10.0, 3.0]> : tensor<2xf64>
  %0 = bn.layer_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  %1 = bn.scale_shift %0, %s, %s {featureIndex = 1 : i64} : (tensor<1x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2xf32>
  %2 = bn.scale_shift %1, %s, %s {featureIndex = 1 : i64} : (tensor<1x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2xf32>
  return %2 : tensor<1x2x2xf32>
}

// -----

// The statistics do not change.
// CHECK-LABEL: @merge_into_training
func.func @merge_into_training(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>) {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+01, -9.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<[4.100000e+01, -1.300000e+01]> : tensor<2xf32>
  // CHECK: %[[Y:.*]], %[[MEAN:.*]], %{{.*}} = bn.training %arg0, %[[SCALE]], %[[OFFSET]]
  // CHECK-NEXT: return %[[Y]], %[[MEAN]]
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %s = arith.constant dense<[10.0, -3.0]> : tensor<2xf64>
  %t = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %0, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>)
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<4x2xf32>
  return %1, %mean : tensor<4x2xf32>, tensor<2xf32>
}

// -----

// An RMS norm takes the scale, and no shift.
// CHECK-LABEL: @merge_scale_into_rms_norm
func.func @merge_scale_into_rms_norm(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK: %[[A:.*]] = bn.rms_norm
  // CHECK: %[[NORM:.*]] = bn.rms_norm
  // CHECK: %[[B:.*]] = bn.scale_shift %[[NORM]]
  // CHECK-NEXT: return %[[A]], %[[B]]
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %s = arith.constant dense<[10.0, -3.0]> : tensor<2xf64>
  %zero = arith.constant dense<0.0> : tensor<2xf64>
  %0 = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %1 = bn.scale_shift %0, %s, %zero {featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<4x2xf32>
  %2 = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %3 = bn.scale_shift %2, %s, %s {featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<4x2xf32>
  return %1, %3 : tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// CHECK-LABEL: @no_merge_two_users
func.func @no_merge_two_users(%x: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<4x2xf32>) {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = bn.layer_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %1 = bn.scale_shift %0, %scale, %scale {featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %0, %1 : tensor<4x2xf32>, tensor<4x2xf32>
}

// -----

// A batch norm of rank 3 has its features along dimension 1, which the layer
// norm does not see, even where the sizes are equal.
// CHECK-LABEL: @no_merge_other_dimension
func.func @no_merge_other_dimension(%x: tensor<4x2x2xf32>) -> tensor<4x2x2xf32> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = bn.layer_norm %x, %scale {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<4x2x2xf32>, tensor<2xf32>) -> tensor<4x2x2xf32>
  %1 = bn.scale_shift %0, %scale, %scale {featureIndex = 1 : i64} : (tensor<4x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2x2xf32>
  return %1 : tensor<4x2x2xf32>
}

// -----

// CHECK-LABEL: @no_merge_overflow
func.func @no_merge_overflow(%x: tensor<4x1xf16>) -> tensor<4x1xf16> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<1000.0> : tensor<1xf16>
  %0 = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<4x1xf16>, tensor<1xf16>) -> tensor<4x1xf16>
  %zero = arith.constant dense<0.0> : tensor<1xf16>
  %1 = bn.scale_shift %0, %scale, %zero {featureIndex = 1 : i64} : (tensor<4x1xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<4x1xf16>
  return %1 : tensor<4x1xf16>
}
