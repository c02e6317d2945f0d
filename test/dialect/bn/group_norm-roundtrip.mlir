// Group and instance norm print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @group_norm
func.func @group_norm(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.group_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// CHECK-LABEL: @group_norm_instance
func.func @group_norm_instance(%x: tensor<?x4x?xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>) -> tensor<?x4x?xf32> {
  // CHECK: bn.group_norm %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x?xf32>
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x4x?xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x?xf32>
  return %result : tensor<?x4x?xf32>
}
