// Gradients of convolutions' weights print and parse with every attribute.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @conv_weight_gradient_plain
func.func @conv_weight_gradient_plain(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32> {
  // CHECK: nn.conv_weight_gradient %{{.*}}, %{{.*}} : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32>
  %result = nn.conv_weight_gradient %x, %dy : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}

// CHECK-LABEL: @conv_weight_gradient_all_attributes
func.func @conv_weight_gradient_all_attributes(%x: tensor<1x6x8x8xf32>, %dy: tensor<1x4x4x2xf32>) -> tensor<4x3x3x3xf32> {
  // CHECK: nn.conv_weight_gradient %{{.*}}, %{{.*}} strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] groups 2 : (tensor<1x6x8x8xf32>, tensor<1x4x4x2xf32>) -> tensor<4x3x3x3xf32>
  %result = nn.conv_weight_gradient %x, %dy strides [2, 2] pads [1, 0, 1, 0] dilations [1, 2] groups 2 : (tensor<1x6x8x8xf32>, tensor<1x4x4x2xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}

// CHECK-LABEL: @conv_weight_gradient_dynamic
func.func @conv_weight_gradient_dynamic(%x: tensor<?x3x8x?xf32>, %dy: tensor<?x4x6x?xf32>) -> tensor<4x3x3x3xf32> {
  // CHECK: nn.conv_weight_gradient %{{.*}}, %{{.*}} : (tensor<?x3x8x?xf32>, tensor<?x4x6x?xf32>) -> tensor<4x3x3x3xf32>
  %result = nn.conv_weight_gradient %x, %dy : (tensor<?x3x8x?xf32>, tensor<?x4x6x?xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}
