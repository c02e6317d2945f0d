// Average pools print and parse with every attribute.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @average_pool_plain
func.func @average_pool_plain(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: nn.average_pool %{{.*}} window [2, 2] strides [2, 2] : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  %result = nn.average_pool %x window [2, 2] strides [2, 2] : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  return %result : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: @average_pool_all_attributes
func.func @average_pool_all_attributes(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x5x4xf32> {
  // CHECK: nn.average_pool %{{.*}} window [3, 2] strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] ceil_mode count_include_pad : (tensor<1x4x8x8xf32>) -> tensor<1x4x5x4xf32>
  %result = nn.average_pool %x window [3, 2] strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] ceil_mode count_include_pad : (tensor<1x4x8x8xf32>) -> tensor<1x4x5x4xf32>
  return %result : tensor<1x4x5x4xf32>
}
