// Depth-to-space prints and parses in both orders.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @depth_to_space
func.func @depth_to_space(%x: tensor<1x8x3x?xf32>) -> tensor<1x2x6x?xf32> {
  // CHECK: nn.depth_to_space %{{.*}} block 2 : (tensor<1x8x3x?xf32>) -> tensor<1x2x6x?xf32>
  %result = nn.depth_to_space %x block 2 : (tensor<1x8x3x?xf32>) -> tensor<1x2x6x?xf32>
  return %result : tensor<1x2x6x?xf32>
}

// CHECK-LABEL: @depth_to_space_column_row_depth
func.func @depth_to_space_column_row_depth(%x: tensor<1x8x3x3xf32>) -> tensor<1x2x6x6xf32> {
  // CHECK: nn.depth_to_space %{{.*}} block 2 column_row_depth : (tensor<1x8x3x3xf32>) -> tensor<1x2x6x6xf32>
  %result = nn.depth_to_space %x block 2 column_row_depth : (tensor<1x8x3x3xf32>) -> tensor<1x2x6x6xf32>
  return %result : tensor<1x2x6x6xf32>
}
