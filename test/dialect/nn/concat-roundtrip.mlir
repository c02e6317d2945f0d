// Concatenations print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @concat_channels
func.func @concat_channels(%x: tensor<1x4x8x8xf32>, %y: tensor<1x6x8x8xf32>) -> tensor<1x10x8x8xf32> {
  // CHECK: nn.concat %{{.*}}, %{{.*}} axis 1 : (tensor<1x4x8x8xf32>, tensor<1x6x8x8xf32>) -> tensor<1x10x8x8xf32>
  %result = nn.concat %x, %y axis 1 : (tensor<1x4x8x8xf32>, tensor<1x6x8x8xf32>) -> tensor<1x10x8x8xf32>
  return %result : tensor<1x10x8x8xf32>
}

// CHECK-LABEL: @concat_one
func.func @concat_one(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: nn.concat %{{.*}} axis 0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %result = nn.concat %x axis 0 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// CHECK-LABEL: @concat_three
func.func @concat_three(%x: tensor<2xf32>, %y: tensor<3xf32>, %z: tensor<4xf32>) -> tensor<9xf32> {
  // CHECK: nn.concat %{{.*}}, %{{.*}}, %{{.*}} axis 0 : (tensor<2xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<9xf32>
  %result = nn.concat %x, %y, %z axis 0 : (tensor<2xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<9xf32>
  return %result : tensor<9xf32>
}

// CHECK-LABEL: @concat_dynamic
func.func @concat_dynamic(%x: tensor<?x4x?x8xf32>, %y: tensor<1x6x8x?xf32>) -> tensor<1x10x8x8xf32> {
  // CHECK: nn.concat %{{.*}}, %{{.*}} axis 1 : (tensor<?x4x?x8xf32>, tensor<1x6x8x?xf32>) -> tensor<1x10x8x8xf32>
  %result = nn.concat %x, %y axis 1 : (tensor<?x4x?x8xf32>, tensor<1x6x8x?xf32>) -> tensor<1x10x8x8xf32>
  return %result : tensor<1x10x8x8xf32>
}
