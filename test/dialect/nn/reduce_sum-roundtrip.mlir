// Reductions nn.reduce_sum print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @reduce_sum_keep_dims
func.func @reduce_sum_keep_dims(%x: tensor<2x4x8x8xf32>) -> tensor<2x4x1x1xf32> {
  // CHECK: nn.reduce_sum %{{.*}} axes [2, 3] keep_dims : (tensor<2x4x8x8xf32>) -> tensor<2x4x1x1xf32>
  %result = nn.reduce_sum %x axes [2, 3] keep_dims : (tensor<2x4x8x8xf32>) -> tensor<2x4x1x1xf32>
  return %result : tensor<2x4x1x1xf32>
}

// CHECK-LABEL: @reduce_sum_drop_dims
func.func @reduce_sum_drop_dims(%x: tensor<2x4x8x8xf32>) -> tensor<4x8xf32> {
  // CHECK: nn.reduce_sum %{{.*}} axes [0, 2] : (tensor<2x4x8x8xf32>) -> tensor<4x8xf32>
  %result = nn.reduce_sum %x axes [0, 2] : (tensor<2x4x8x8xf32>) -> tensor<4x8xf32>
  return %result : tensor<4x8xf32>
}

// CHECK-LABEL: @reduce_sum_to_scalar
func.func @reduce_sum_to_scalar(%x: tensor<2x4xf32>) -> tensor<f32> {
  // CHECK: nn.reduce_sum %{{.*}} axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
  %result = nn.reduce_sum %x axes [0, 1] : (tensor<2x4xf32>) -> tensor<f32>
  return %result : tensor<f32>
}

// CHECK-LABEL: @reduce_sum_dynamic
func.func @reduce_sum_dynamic(%x: tensor<?x4x?x8xf32>) -> tensor<?x4x8xf32> {
  // CHECK: nn.reduce_sum %{{.*}} axes [2] : (tensor<?x4x?x8xf32>) -> tensor<?x4x8xf32>
  %result = nn.reduce_sum %x axes [2] : (tensor<?x4x?x8xf32>) -> tensor<?x4x8xf32>
  return %result : tensor<?x4x8xf32>
}
