// Launches on tensors are values; launches on memory write their output.
// RUN: bn-opt %s --cse --canonicalize | FileCheck %s

kernel.func @copy(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}

// CHECK-LABEL: @launch_unused_goes
func.func @launch_unused_goes(%x: tensor<4xf32>) {
  // CHECK-NEXT: return
  %unused = kernel.launch @copy ins(%x : tensor<4xf32>) -> tensor<4xf32>
  return
}

// CHECK-LABEL: @launch_twice_is_once
func.func @launch_twice_is_once(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[RESULT:.*]] = kernel.launch
  // CHECK-NEXT: return %[[RESULT]], %[[RESULT]]
  %first = kernel.launch @copy ins(%x : tensor<4xf32>) -> tensor<4xf32>
  %second = kernel.launch @copy ins(%x : tensor<4xf32>) -> tensor<4xf32>
  return %first, %second : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @no_removal_of_writes
func.func @no_removal_of_writes(%x: memref<4xf32>, %y: memref<4xf32>) {
  // CHECK: kernel.zero_halo
  // CHECK: kernel.launch
  // CHECK: kernel.launch
  kernel.zero_halo %y halo [1, 1] : memref<4xf32>
  kernel.launch @copy ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
  kernel.launch @copy ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
  return
}
