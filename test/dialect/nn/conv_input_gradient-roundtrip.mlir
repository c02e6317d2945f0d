// Gradients of convolutions' inputs print and parse with every attribute.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @conv_input_gradient_plain
func.func @conv_input_gradient_plain(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // CHECK: nn.conv_input_gradient %{{.*}}, %{{.*}} : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  %result = nn.conv_input_gradient %dy, %w : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// CHECK-LABEL: @conv_input_gradient_all_attributes
func.func @conv_input_gradient_all_attributes(%dy: tensor<1x4x4x2xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x6x8x8xf32> {
  // CHECK: nn.conv_input_gradient %{{.*}}, %{{.*}} strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] groups 2 : (tensor<1x4x4x2xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x8x8xf32>
  %result = nn.conv_input_gradient %dy, %w strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] groups 2 : (tensor<1x4x4x2xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x8x8xf32>
  return %result : tensor<1x6x8x8xf32>
}

// CHECK-LABEL: @conv_input_gradient_dynamic
func.func @conv_input_gradient_dynamic(%dy: tensor<?x4x6x?xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x3x8x?xf32> {
  // CHECK: nn.conv_input_gradient %{{.*}}, %{{.*}} : (tensor<?x4x6x?xf32>, tensor<4x3x3x3xf32>) -> tensor<?x3x8x?xf32>
  %result = nn.conv_input_gradient %dy, %w : (tensor<?x4x6x?xf32>, tensor<4x3x3x3xf32>) -> tensor<?x3x8x?xf32>
  return %result : tensor<?x3x8x?xf32>
}
