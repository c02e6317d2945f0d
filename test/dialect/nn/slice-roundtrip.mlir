// Slices print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @slice_channels
func.func @slice_channels(%x: tensor<1x8x4x4xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK: nn.slice %{{.*}} offsets [0, 4, 0, 0] sizes [1, 4, 4, 4] steps [1, 1, 1, 1] : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x4xf32>
  %result = nn.slice %x offsets [0, 4, 0, 0] sizes [1, 4, 4, 4] steps [1, 1, 1, 1] : (tensor<1x8x4x4xf32>) -> tensor<1x4x4x4xf32>
  return %result : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: @slice_backwards
func.func @slice_backwards(%x: tensor<9xf32>) -> tensor<3xf32> {
  // CHECK: nn.slice %{{.*}} offsets [8] sizes [3] steps [-4] : (tensor<9xf32>) -> tensor<3xf32>
  %result = nn.slice %x offsets [8] sizes [3] steps [-4] : (tensor<9xf32>) -> tensor<3xf32>
  return %result : tensor<3xf32>
}

// CHECK-LABEL: @slice_empty
func.func @slice_empty(%x: tensor<9xf32>) -> tensor<0xf32> {
  // CHECK: nn.slice %{{.*}} offsets [9] sizes [0] steps [1] : (tensor<9xf32>) -> tensor<0xf32>
  %result = nn.slice %x offsets [9] sizes [0] steps [1] : (tensor<9xf32>) -> tensor<0xf32>
  return %result : tensor<0xf32>
}
