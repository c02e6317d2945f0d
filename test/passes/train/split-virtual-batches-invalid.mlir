// Virtual batches have samples.
// RUN: not bn-opt %s --bn-split-virtual-batches=size=0 2>&1 | FileCheck %s

// CHECK: error: expects 'size' to be positive, but got 0
func.func @f(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  return %x : tensor<4x3xf32>
}
