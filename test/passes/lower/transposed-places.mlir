// Inputs and outputs that models transpose to channels first and back are places of channels-last tensors.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-plan-memory --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @transposed_input_and_output(
// CHECK-SAME: %[[X:.*]]: memref<2x5x7x6xf32>, %[[S:.*]]: memref<6xf32>, %[[Y:.*]]: memref<2x5x7x6xf32> {bn.output}
// CHECK-DAG: %[[IN:.*]] = memref.reinterpret_cast %[[X]] to {{.*}} to memref<2x6x5x7xf32>
// CHECK-DAG: %[[OUT:.*]] = memref.reinterpret_cast %[[Y]] to {{.*}} to memref<2x6x5x7xf32>
// CHECK: kernel.launch @group_norm_relu ins(%[[IN]], %[[S]] : {{.*}}) outs(%[[OUT]] : {{.*}})
// CHECK-NEXT: return
// CHECK: kernel.func @group_norm_relu(%{{[^:]*}}: tensor<2x6x5x7xf32> {kernel.layout = #kernel.layout<strides = [210, 1, 42, 6]>}, {{.*}}) -> (tensor<2x6x5x7xf32> {kernel.layout = #kernel.layout<strides = [210, 1, 42, 6]>})
func.func @transposed_input_and_output(%x: tensor<2x5x7x6xf32>, %s: tensor<6xf32>) -> tensor<2x5x7x6xf32> {
  %0 = nn.transpose %x permutation [0, 3, 1, 2] : (tensor<2x5x7x6xf32>) -> tensor<2x6x5x7xf32>
  %1 = bn.group_norm %0, %s, %s {groups = 3 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x6x5x7xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x5x7xf32>
  %2 = nn.relu %1 : tensor<2x6x5x7xf32>
  %3 = nn.transpose %2 permutation [0, 2, 3, 1] : (tensor<2x6x5x7xf32>) -> tensor<2x5x7x6xf32>
  return %3 : tensor<2x5x7x6xf32>
}

// -----

// Any rank from 3 on, where one permutation is both.
// CHECK-LABEL: func.func @transposed_rank_3(
// CHECK-NOT: @transpose
// CHECK-NOT: @copy
// CHECK: kernel.func @relu(%{{[^:]*}}: tensor<2x6x5xf32> {kernel.layout = #kernel.layout<strides = [30, 1, 6]>})
func.func @transposed_rank_3(%x: tensor<2x5x6xf32>) -> tensor<2x5x6xf32> {
  %0 = nn.transpose %x permutation [0, 2, 1] : (tensor<2x5x6xf32>) -> tensor<2x6x5xf32>
  %1 = nn.relu %0 : tensor<2x6x5xf32>
  %2 = nn.transpose %1 permutation [0, 2, 1] : (tensor<2x6x5xf32>) -> tensor<2x5x6xf32>
  return %2 : tensor<2x5x6xf32>
}

// -----

// An output that another output needs, too, is copied.
// CHECK-LABEL: func.func @copy_transposed_output(
// CHECK-COUNT-2: kernel.launch @copy
// CHECK: return
func.func @copy_transposed_output(%x: tensor<2x5x7x6xf32>) -> (tensor<2x5x7x6xf32>, tensor<2x6x5x7xf32>) {
  %0 = nn.transpose %x permutation [0, 3, 1, 2] : (tensor<2x5x7x6xf32>) -> tensor<2x6x5x7xf32>
  %1 = nn.relu %0 : tensor<2x6x5x7xf32>
  %2 = nn.transpose %1 permutation [0, 2, 3, 1] : (tensor<2x6x5x7xf32>) -> tensor<2x5x7x6xf32>
  return %2, %1 : tensor<2x5x7x6xf32>, tensor<2x6x5x7xf32>
}

// -----

// Between other operators elements do move.
// CHECK-LABEL: func.func @no_place_inside(
// CHECK: kernel.launch @relu_transpose_relu
func.func @no_place_inside(%x: tensor<2x5x7x6xf32>) -> tensor<2x6x5x7xf32> {
  %0 = nn.relu %x : tensor<2x5x7x6xf32>
  %1 = nn.transpose %0 permutation [0, 3, 1, 2] : (tensor<2x5x7x6xf32>) -> tensor<2x6x5x7xf32>
  %2 = nn.relu %1 : tensor<2x6x5x7xf32>
  return %2 : tensor<2x6x5x7xf32>
}

// -----

// Another permutation is no memory order of this.
// CHECK-LABEL: func.func @no_place_other_permutation(
// CHECK: kernel.launch @transpose_relu
func.func @no_place_other_permutation(%x: tensor<2x5x7x6xf32>) -> tensor<2x6x7x5xf32> {
  %0 = nn.transpose %x permutation [0, 3, 2, 1] : (tensor<2x5x7x6xf32>) -> tensor<2x6x7x5xf32>
  %1 = nn.relu %0 : tensor<2x6x7x5xf32>
  return %1 : tensor<2x6x7x5xf32>
}
