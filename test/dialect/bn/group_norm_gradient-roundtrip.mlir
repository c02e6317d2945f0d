// Gradients of group and instance norm print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @group_norm_gradient
func.func @group_norm_gradient(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.group_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @group_norm_gradient_instance
func.func @group_norm_gradient_instance(%x: tensor<?x4x?xf32>, %scale: tensor<4xf32>, %dy: tensor<?x4x?xf32>) -> (tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: bn.group_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x4x?xf32>, tensor<4xf32>, tensor<?x4x?xf32>) -> (tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>)
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x4x?xf32>, tensor<4xf32>, tensor<?x4x?xf32>) -> (tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @group_norm_gradient_parts
func.func @group_norm_gradient_parts(%x: tensor<6x4x8x8xf32>, %scale: tensor<4xf32>, %dy: tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>) {
  // CHECK: bn.group_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, groups = 2 : i64, parts = 3 : i64} : (tensor<6x4x8x8xf32>, tensor<4xf32>, tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>)
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 2 : i64, parts = 3 : i64} : (tensor<6x4x8x8xf32>, tensor<4xf32>, tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x4x8x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>
}
