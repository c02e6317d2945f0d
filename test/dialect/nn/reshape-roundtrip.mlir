// Reshapes print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @reshape_flatten
func.func @reshape_flatten(%x: tensor<2x4x8xf32>) -> tensor<2x32xf32> {
  // CHECK: nn.reshape %{{.*}} : (tensor<2x4x8xf32>) -> tensor<2x32xf32>
  %result = nn.reshape %x : (tensor<2x4x8xf32>) -> tensor<2x32xf32>
  return %result : tensor<2x32xf32>
}

// CHECK-LABEL: @reshape_scalar
func.func @reshape_scalar(%x: tensor<1x1xf32>) -> tensor<f32> {
  // CHECK: nn.reshape %{{.*}} : (tensor<1x1xf32>) -> tensor<f32>
  %result = nn.reshape %x : (tensor<1x1xf32>) -> tensor<f32>
  return %result : tensor<f32>
}

// CHECK-LABEL: @reshape_dynamic
func.func @reshape_dynamic(%x: tensor<?x4x8xf32>) -> tensor<?x32xf32> {
  // CHECK: nn.reshape %{{.*}} : (tensor<?x4x8xf32>) -> tensor<?x32xf32>
  %result = nn.reshape %x : (tensor<?x4x8xf32>) -> tensor<?x32xf32>
  return %result : tensor<?x32xf32>
}
