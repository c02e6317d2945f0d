// Kernels that work in any order take tensors as they come, so that nothing is copied.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --split-input-file | FileCheck %s

// Channels first.
// CHECK-LABEL: func.func @row_major_reduction(
// CHECK-NOT: @copy
// CHECK: kernel.func @reduce_mean(%{{[^:]*}}: tensor<2x6x5x7xf32>) -> tensor<6xf32>
// CHECK: kernel.func @sub_relu(%{{[^:]*}}: tensor<2x6x5x7xf32>, %{{[^:]*}}: tensor<6x1x1xf32>) -> tensor<2x6x5x7xf32>
// CHECK-NOT: @copy
func.func @row_major_reduction(%x: tensor<2x6x5x7xf32>, %s: tensor<6x1x1xf32>) -> (tensor<2x6x5x7xf32>, tensor<6xf32>) {
  %0 = nn.reduce_mean %x axes [0, 2, 3] : (tensor<2x6x5x7xf32>) -> tensor<6xf32>
  %1 = nn.sub %x, %s : (tensor<2x6x5x7xf32>, tensor<6x1x1xf32>) -> tensor<2x6x5x7xf32>
  %2 = nn.relu %1 : tensor<2x6x5x7xf32>
  return %2, %0 : tensor<2x6x5x7xf32>, tensor<6xf32>
}

// -----

// Features last: a batch norm of N×H×W×C.
// CHECK-LABEL: func.func @row_major_features_last(
// CHECK-NOT: @copy
// CHECK: kernel.func @scale_shift_relu(%{{[^:]*}}: tensor<2x5x7x6xf32>, %{{[^:]*}}: tensor<6xf32>, %{{[^:]*}}: tensor<6xf32>) -> tensor<2x5x7x6xf32>
// CHECK-NOT: @copy
func.func @row_major_features_last(%x: tensor<2x5x7x6xf32>, %s: tensor<6xf32>, %t: tensor<6xf32>) -> tensor<2x5x7x6xf32> {
  %0 = bn.scale_shift %x, %s, %t {featureIndex = 3 : i64} : (tensor<2x5x7x6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x5x7x6xf32>
  %1 = nn.relu %0 : tensor<2x5x7x6xf32>
  return %1 : tensor<2x5x7x6xf32>
}

// -----

// A reshape between such kernels is free.
// CHECK-LABEL: func.func @row_major_around_reshape(
// CHECK-NOT: @copy
// CHECK: %[[RELU:.*]] = kernel.launch @relu
// CHECK-NEXT: nn.reshape %[[RELU]]
// CHECK-NEXT: kernel.launch @sigmoid
// CHECK-NOT: @copy
func.func @row_major_around_reshape(%x: tensor<2x6x5x7xf32>) -> tensor<2x3x70xf32> {
  %0 = nn.relu %x : tensor<2x6x5x7xf32>
  %1 = nn.reshape %0 : (tensor<2x6x5x7xf32>) -> tensor<2x3x70xf32>
  %2 = nn.sigmoid %1 : tensor<2x3x70xf32>
  return %2 : tensor<2x3x70xf32>
}

// -----

// Channels-last spreads from the pool to what reads the same tensor: the input is copied once.
// CHECK-LABEL: func.func @channels_last_beside_pool(
// CHECK: %[[COPY:.*]] = kernel.launch @copy
// CHECK: kernel.launch @max_pool ins(%[[COPY]]
// CHECK: kernel.launch @relu ins(%[[COPY]]
// CHECK: kernel.func @relu(%{{[^:]*}}: tensor<2x6x4x4xf32> {kernel.layout = #kernel.layout<strides = [96, 1, 24, 6]>})
func.func @channels_last_beside_pool(%x: tensor<2x6x4x4xf32>) -> (tensor<2x6x2x2xf32>, tensor<2x6x4x4xf32>) {
  %0 = nn.max_pool %x window [2, 2] strides [2, 2] : (tensor<2x6x4x4xf32>) -> tensor<2x6x2x2xf32>
  %1 = nn.relu %x : tensor<2x6x4x4xf32>
  return %0, %1 : tensor<2x6x2x2xf32>, tensor<2x6x4x4xf32>
}

// -----

// Other tensors of the same function stay as they are.
// CHECK-LABEL: func.func @row_major_apart_from_pool(
// CHECK: kernel.launch @max_pool
// CHECK: kernel.launch @sigmoid ins(%arg1
// CHECK: kernel.func @sigmoid(%{{[^:]*}}: tensor<2x6x4x4xf32>) -> tensor<2x6x4x4xf32>
func.func @row_major_apart_from_pool(%x: tensor<2x6x4x4xf32>, %y: tensor<2x6x4x4xf32>) -> (tensor<2x6x2x2xf32>, tensor<2x6x4x4xf32>) {
  %0 = nn.max_pool %x window [2, 2] strides [2, 2] : (tensor<2x6x4x4xf32>) -> tensor<2x6x2x2xf32>
  %1 = nn.sigmoid %y : tensor<2x6x4x4xf32>
  return %0, %1 : tensor<2x6x2x2xf32>, tensor<2x6x4x4xf32>
}

// -----

// Slices of a concatenation are channels-last.
// CHECK-LABEL: func.func @channels_last_in_concat(
// CHECK: kernel.func @relu({{.*}}kernel.layout = #kernel.layout<strides = [80, 1, 20, 5]>
func.func @channels_last_in_concat(%x: tensor<1x2x4x4xf32>, %y: tensor<1x3x4x4xf32>) -> tensor<1x5x4x4xf32> {
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.sigmoid %y : tensor<1x3x4x4xf32>
  %2 = nn.concat %0, %1 axis 1 : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x5x4x4xf32>
  %3 = nn.exp %2 : tensor<1x5x4x4xf32>
  return %3 : tensor<1x5x4x4xf32>
}
