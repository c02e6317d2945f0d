// Transposed convolutions print and parse with every attribute.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @conv_transpose_plain
func.func @conv_transpose_plain(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x3x10x10xf32> {
  // CHECK: nn.conv_transpose %{{.*}}, %{{.*}} strides [2, 2] : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x10x10xf32>
  %result = nn.conv_transpose %x, %w strides [2, 2] : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x10x10xf32>
  return %result : tensor<1x3x10x10xf32>
}

// CHECK-LABEL: @conv_transpose_all_attributes
func.func @conv_transpose_all_attributes(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<6xf32>) -> tensor<1x6x10x11xf32> {
  // CHECK: nn.conv_transpose %{{.*}}, %{{.*}} bias %{{.*}} strides [2, 2] pads [1, 1, 1, 1] dilations [1, 2] output_pads [1, 0] groups 2 : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>, tensor<6xf32>) -> tensor<1x6x10x11xf32>
  %result = nn.conv_transpose %x, %w bias %b strides [2, 2] pads [1, 1, 1, 1] dilations [1, 2] output_pads [1, 0] groups 2 : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>, tensor<6xf32>) -> tensor<1x6x10x11xf32>
  return %result : tensor<1x6x10x11xf32>
}

// CHECK-LABEL: @conv_transpose_dynamic
func.func @conv_transpose_dynamic(%x: tensor<?x4x?x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<?x3x?x10xf32> {
  // CHECK: nn.conv_transpose %{{.*}}, %{{.*}} strides [2, 2] : (tensor<?x4x?x5xf32>, tensor<4x3x2x2xf32>) -> tensor<?x3x?x10xf32>
  %result = nn.conv_transpose %x, %w strides [2, 2] : (tensor<?x4x?x5xf32>, tensor<4x3x2x2xf32>) -> tensor<?x3x?x10xf32>
  return %result : tensor<?x3x?x10xf32>
}
