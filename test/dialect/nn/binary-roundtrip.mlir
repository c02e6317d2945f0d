// Elementwise operators of two operands print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @add
func.func @add(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.add %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @sub
func.func @sub(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.sub %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.sub %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @mul
func.func @mul(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.mul %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.mul %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @div
func.func @div(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.div %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.div %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @pow
func.func @pow(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.pow %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.pow %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @min
func.func @min(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.min %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.min %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @max
func.func @max(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.max %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.max %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @prelu
func.func @prelu(%x: tensor<2x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.prelu %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.prelu %x, %y : (tensor<2x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @add_broadcast_channels
func.func @add_broadcast_channels(%x: tensor<2x4x8x8xf32>, %y: tensor<4x1x1xf32>) -> tensor<2x4x8x8xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<2x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<2x4x8x8xf32>
  %result = nn.add %x, %y : (tensor<2x4x8x8xf32>, tensor<4x1x1xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// CHECK-LABEL: @add_broadcast_both
func.func @add_broadcast_both(%x: tensor<2x1x8xf32>, %y: tensor<4x1xf32>) -> tensor<2x4x8xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<2x1x8xf32>, tensor<4x1xf32>) -> tensor<2x4x8xf32>
  %result = nn.add %x, %y : (tensor<2x1x8xf32>, tensor<4x1xf32>) -> tensor<2x4x8xf32>
  return %result : tensor<2x4x8xf32>
}

// CHECK-LABEL: @add_broadcast_scalar
func.func @add_broadcast_scalar(%x: tensor<f32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<f32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %result = nn.add %x, %y : (tensor<f32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// CHECK-LABEL: @add_dynamic
func.func @add_dynamic(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) -> tensor<?x4xf32> {
  // CHECK: nn.add %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %result = nn.add %x, %y : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}
