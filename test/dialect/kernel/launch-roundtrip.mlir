// Launches print and parse on tensors and on places in memory.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

kernel.func @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %sum = nn.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  kernel.return %sum : tensor<4xf32>
}

// CHECK-LABEL: @launch_tensors
func.func @launch_tensors(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: kernel.launch @add ins(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %result = kernel.launch @add ins(%x, %y : tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// CHECK-LABEL: @launch_memrefs
func.func @launch_memrefs(%x: memref<4xf32>, %y: memref<4xf32>, %z: memref<4xf32, strided<[2]>>) {
  // CHECK: kernel.launch @add ins(%{{.*}}, %{{.*}} : memref<4xf32>, memref<4xf32>) outs(%{{.*}} : memref<4xf32, strided<[2]>>)
  kernel.launch @add ins(%x, %y : memref<4xf32>, memref<4xf32>) outs(%z : memref<4xf32, strided<[2]>>)
  return
}

kernel.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<5x3x3x3xf32> {kernel.layout = #kernel.packed<tile = 4>})
    -> tensor<1x5x6x6xf32> {
  %conv = nn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<5x3x3x3xf32>) -> tensor<1x5x6x6xf32>
  kernel.return %conv : tensor<1x5x6x6xf32>
}

// CHECK-LABEL: @launch_packed_weights
func.func @launch_packed_weights(%x: tensor<1x3x8x8xf32>, %w: tensor<2x3x3x3x4xf32>) -> tensor<1x5x6x6xf32> {
  // CHECK: kernel.launch @conv ins(%{{.*}}, %{{.*}} : tensor<1x3x8x8xf32>, tensor<2x3x3x3x4xf32>) -> tensor<1x5x6x6xf32>
  %result = kernel.launch @conv ins(%x, %w : tensor<1x3x8x8xf32>, tensor<2x3x3x3x4xf32>) -> tensor<1x5x6x6xf32>
  return %result : tensor<1x5x6x6xf32>
}
