// Pads print and parse in every mode.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @pad_zeros
func.func @pad_zeros(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x11x11xf32> {
  // CHECK: nn.pad %{{.*}} pads [0, 0, 1, 1, 0, 0, 2, 2] : (tensor<1x4x8x8xf32>) -> tensor<1x4x11x11xf32>
  %result = nn.pad %x pads [0, 0, 1, 1, 0, 0, 2, 2] : (tensor<1x4x8x8xf32>) -> tensor<1x4x11x11xf32>
  return %result : tensor<1x4x11x11xf32>
}

// CHECK-LABEL: @pad_value
func.func @pad_value(%x: tensor<4xf32>) -> tensor<6xf32> {
  // CHECK: nn.pad %{{.*}} pads [1, 1] value -1.000000e+00 : (tensor<4xf32>) -> tensor<6xf32>
  %result = nn.pad %x pads [1, 1] value -1.000000e+00 : (tensor<4xf32>) -> tensor<6xf32>
  return %result : tensor<6xf32>
}

// CHECK-LABEL: @pad_reflect
func.func @pad_reflect(%x: tensor<4xf32>) -> tensor<8xf32> {
  // CHECK: nn.pad %{{.*}} pads [3, 1] mode reflect : (tensor<4xf32>) -> tensor<8xf32>
  %result = nn.pad %x pads [3, 1] mode reflect : (tensor<4xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}

// CHECK-LABEL: @pad_edge
func.func @pad_edge(%x: tensor<?x4xf32>) -> tensor<?x14xf32> {
  // CHECK: nn.pad %{{.*}} pads [0, 5, 0, 5] mode edge : (tensor<?x4xf32>) -> tensor<?x14xf32>
  %result = nn.pad %x pads [0, 5, 0, 5] mode edge : (tensor<?x4xf32>) -> tensor<?x14xf32>
  return %result : tensor<?x14xf32>
}
