// Scale and offset of a norm become a scale-shift below it.

// RUN: bn-opt %s --bn-split-affines --split-input-file | FileCheck %s

// CHECK-LABEL: @split_layer_norm
func.func @split_layer_norm(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : tensor<2xf32>
  // CHECK: %[[NORM:.*]] = bn.layer_norm %arg0, %[[ONES]] {axis = 1 : i64, epsilon = 5.000000e-01 : f64}
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[4.000000e+00, 5.000000e+00]> : tensor<2xf64>
  // CHECK: %[[Y:.*]] = bn.scale_shift %[[NORM]], %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
  // CHECK-NEXT: return %[[Y]], %[[Y]]
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %y = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y, %y : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// CHECK-LABEL: @split_rms_norm
func.func @split_rms_norm(%x: tensor<1x3x2xf32>) -> tensor<1x3x2xf32> {
  // CHECK: %[[NORM:.*]] = bn.rms_norm
  // CHECK: bn.scale_shift %[[NORM]], %{{.*}} {featureIndex = 2 : i64}
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %y = bn.rms_norm %x, %scale {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  return %y : tensor<1x3x2xf32>
}

// -----

// CHECK-LABEL: @split_group_norm
func.func @split_group_norm(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
  // CHECK: %[[NORM:.*]] = bn.group_norm %arg0, %{{.*}}, %[[ZEROS]]
  // CHECK: bn.scale_shift %[[NORM]], %{{.*}} {featureIndex = 1 : i64}
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %y = bn.group_norm %x, %scale, %scale {groups = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}

// -----

// CHECK-LABEL: @no_split_computed_offset
func.func @no_split_computed_offset(%x: tensor<1x2xf32>, %offset: tensor<2xf32>) -> tensor<1x2xf32> {
  // CHECK-NOT: bn.scale_shift
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %y = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: @no_split_several_dimensions
func.func @no_split_several_dimensions(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK-NOT: bn.scale_shift
  %scale = arith.constant dense<2.0> : tensor<2x2xf32>
  %y = bn.layer_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}

// -----

// CHECK-LABEL: @no_split_identity
func.func @no_split_identity(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK-NOT: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %y = bn.layer_norm %x, %one, %zero {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: @no_split_asked_to_stay
func.func @no_split_asked_to_stay(%x: tensor<1x3x2xf32>) -> tensor<1x3x2xf32> {
  // CHECK: bn.rms_norm
  // CHECK-NOT: bn.scale_shift
  // CHECK: return
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = bn.rms_norm %x, %scale {axis = 2 : i64, bn.keep, epsilon = 0.5 : f64} : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
  return %0 : tensor<1x3x2xf32>
}
