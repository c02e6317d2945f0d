// Gradients of max pools print and parse with every attribute.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @max_pool_gradient_plain
func.func @max_pool_gradient_plain(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x4x4x4xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK: nn.max_pool_gradient %{{.*}}, %{{.*}} window [2, 2] strides [2, 2] : (tensor<1x4x8x8xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x8x8xf32>
  %result = nn.max_pool_gradient %x, %dy window [2, 2] strides [2, 2] : (tensor<1x4x8x8xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x8x8xf32>
  return %result : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @max_pool_gradient_all_attributes
func.func @max_pool_gradient_all_attributes(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x4x5x4xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK: nn.max_pool_gradient %{{.*}}, %{{.*}} window [3, 2] strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] ceil_mode : (tensor<1x4x8x8xf32>, tensor<1x4x5x4xf32>) -> tensor<1x4x8x8xf32>
  %result = nn.max_pool_gradient %x, %dy window [3, 2] strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] ceil_mode : (tensor<1x4x8x8xf32>, tensor<1x4x5x4xf32>) -> tensor<1x4x8x8xf32>
  return %result : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @max_pool_gradient_dynamic
func.func @max_pool_gradient_dynamic(%x: tensor<?x4x8x?xf32>, %dy: tensor<?x4x4x?xf32>) -> tensor<?x4x8x?xf32> {
  // CHECK: nn.max_pool_gradient %{{.*}}, %{{.*}} window [2, 2] strides [2, 2] : (tensor<?x4x8x?xf32>, tensor<?x4x4x?xf32>) -> tensor<?x4x8x?xf32>
  %result = nn.max_pool_gradient %x, %dy window [2, 2] strides [2, 2] : (tensor<?x4x8x?xf32>, tensor<?x4x4x?xf32>) -> tensor<?x4x8x?xf32>
  return %result : tensor<?x4x8x?xf32>
}
