// Convolutions print and parse with every attribute and rank.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @conv_plain
func.func @conv_plain(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %result : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @conv_bias
func.func @conv_bias(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} bias %{{.*}} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %result = nn.conv %x, %w bias %b : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  return %result : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @conv_all_attributes
func.func @conv_all_attributes(%x: tensor<1x4x9x9xf32>, %w: tensor<6x2x3x3xf32>, %b: tensor<6xf32>) -> tensor<1x6x5x5xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} bias %{{.*}} strides [2, 2] pads [2, 1, 2, 1] dilations [2, 1] groups 2 : (tensor<1x4x9x9xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x5x5xf32>
  %result = nn.conv %x, %w bias %b strides [2, 2] pads [2, 1, 2, 1] dilations [2, 1] groups 2 : (tensor<1x4x9x9xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x5x5xf32>
  return %result : tensor<1x6x5x5xf32>
}

// CHECK-LABEL: @conv_1d
func.func @conv_1d(%x: tensor<2x3x10xf32>, %w: tensor<5x3x3xf32>) -> tensor<2x5x10xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} pads [1, 1] : (tensor<2x3x10xf32>, tensor<5x3x3xf32>) -> tensor<2x5x10xf32>
  %result = nn.conv %x, %w pads [1, 1] : (tensor<2x3x10xf32>, tensor<5x3x3xf32>) -> tensor<2x5x10xf32>
  return %result : tensor<2x5x10xf32>
}

// CHECK-LABEL: @conv_3d
func.func @conv_3d(%x: tensor<1x2x4x5x6xf32>, %w: tensor<3x2x1x2x3xf32>) -> tensor<1x3x4x4x4xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} : (tensor<1x2x4x5x6xf32>, tensor<3x2x1x2x3xf32>) -> tensor<1x3x4x4x4xf32>
  %result = nn.conv %x, %w : (tensor<1x2x4x5x6xf32>, tensor<3x2x1x2x3xf32>) -> tensor<1x3x4x4x4xf32>
  return %result : tensor<1x3x4x4x4xf32>
}

// CHECK-LABEL: @conv_depthwise
func.func @conv_depthwise(%x: tensor<1x8x5x5xf32>, %w: tensor<8x1x3x3xf32>) -> tensor<1x8x5x5xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} pads [1, 1, 1, 1] groups 8 : (tensor<1x8x5x5xf32>, tensor<8x1x3x3xf32>) -> tensor<1x8x5x5xf32>
  %result = nn.conv %x, %w pads [1, 1, 1, 1] groups 8 : (tensor<1x8x5x5xf32>, tensor<8x1x3x3xf32>) -> tensor<1x8x5x5xf32>
  return %result : tensor<1x8x5x5xf32>
}

// CHECK-LABEL: @conv_dynamic_batch
func.func @conv_dynamic_batch(%x: tensor<?x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x6x6xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x6x6xf32>
  %result = nn.conv %x, %w : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x6x6xf32>
  return %result : tensor<?x4x6x6xf32>
}

// CHECK-LABEL: @conv_dynamic_everything
func.func @conv_dynamic_everything(%x: tensor<?x?x?x?xf32>, %w: tensor<?x?x?x?xf32>, %b: tensor<?xf32>) -> tensor<?x?x?x?xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} bias %{{.*}} groups 3 : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  %result = nn.conv %x, %w bias %b groups 3 : (tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  return %result : tensor<?x?x?x?xf32>
}

// CHECK-LABEL: @conv_result_more_static_than_inferred
func.func @conv_result_more_static_than_inferred(%x: tensor<?x3x?x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<2x4x6x6xf32> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} : (tensor<?x3x?x8xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x6x6xf32>
  %result = nn.conv %x, %w : (tensor<?x3x?x8xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x6x6xf32>
  return %result : tensor<2x4x6x6xf32>
}

// CHECK-LABEL: @conv_f64
func.func @conv_f64(%x: tensor<1x3x8x8xf64>, %w: tensor<4x3x3x3xf64>) -> tensor<1x4x6x6xf64> {
  // CHECK: nn.conv %{{.*}}, %{{.*}} : (tensor<1x3x8x8xf64>, tensor<4x3x3x3xf64>) -> tensor<1x4x6x6xf64>
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf64>, tensor<4x3x3x3xf64>) -> tensor<1x4x6x6xf64>
  return %result : tensor<1x4x6x6xf64>
}
