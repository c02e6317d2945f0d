// Kernels that are equal but for their names become one.
// RUN: bn-opt %s --bn-form-kernels --bn-deduplicate-kernels | FileCheck %s

// CHECK-LABEL: func.func @merge_equal_no_merge_different(
// CHECK: kernel.launch @relu ins
// CHECK: kernel.launch @relu_0 ins
// CHECK: kernel.launch @relu ins
// CHECK: kernel.func @relu(
// CHECK: kernel.func @relu_0(
// CHECK-NOT: kernel.func
func.func @merge_equal_no_merge_different(%x: tensor<2x3xf32>, %y: tensor<3x3xf32>, %z: tensor<2x3xf32>)
    -> (tensor<2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>) {
  %0 = nn.relu %x : tensor<2x3xf32>
  %1 = nn.relu %y : tensor<3x3xf32>
  %2 = nn.relu %z : tensor<2x3xf32>
  return %0, %1, %2 : tensor<2x3xf32>, tensor<3x3xf32>, tensor<2x3xf32>
}
