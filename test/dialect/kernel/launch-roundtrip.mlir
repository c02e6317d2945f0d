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
