// Where tensors lie: channels-last inside, halos, slices, copies at the edges.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --split-input-file | FileCheck %s

// The input is copied into a channels-last buffer with the halo that the
// window reads; the output is copied back into the model's order.
// CHECK-LABEL: func.func @halo_of_padded_conv(
// CHECK: %[[IN:.*]] = kernel.launch @[[COPY_IN:copy.*]] ins(%arg0
// CHECK: %[[CONV:.*]] = kernel.launch @conv3x3 ins(%[[IN]]
// CHECK: kernel.launch @[[COPY_OUT:copy.*]] ins(%[[CONV]]
// CHECK: kernel.func @conv3x3(%{{.*}}: tensor<1x4x5x6xf32> {kernel.layout = #kernel.layout<strides = [224, 1, 32, 4], halo = [0, 0, 0, 0, 1, 1, 1, 1]>}, %{{.*}}: tensor<8x4x3x3xf32>) -> (tensor<1x8x5x6xf32> {kernel.layout = #kernel.layout<strides = [240, 1, 48, 8]>})
func.func @halo_of_padded_conv(%x: tensor<1x4x5x6xf32>) -> tensor<1x8x5x6xf32> {
  %w = arith.constant dense_resource<w> : tensor<8x4x3x3xf32>
  %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (tensor<1x4x5x6xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x5x6xf32>
  return %0 : tensor<1x8x5x6xf32>
}

// -----

// Both branches write with the stride of the joined tensor: 2 + 3 channels.
// CHECK-LABEL: func.func @slices_of_concat(
// CHECK: kernel.func @relu({{.*}}) -> (tensor<1x2x4x4xf32> {kernel.layout = #kernel.layout<strides = [80, 1, 20, 5]>})
// CHECK: kernel.func @sigmoid({{.*}}) -> (tensor<1x3x4x4xf32> {kernel.layout = #kernel.layout<strides = [80, 1, 20, 5]>})
// CHECK: kernel.func @max_pool(%{{.*}}: tensor<1x5x4x4xf32> {kernel.layout = #kernel.layout<strides = [80, 1, 20, 5]>})
func.func @slices_of_concat(%x: tensor<1x2x4x4xf32>, %y: tensor<1x3x4x4xf32>) -> tensor<1x5x2x2xf32> {
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.sigmoid %y : tensor<1x3x4x4xf32>
  %2 = nn.concat %0, %1 axis 1 : (tensor<1x2x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x5x4x4xf32>
  %3 = nn.max_pool %2 window [2, 2] strides [2, 2] : (tensor<1x5x4x4xf32>) -> tensor<1x5x2x2xf32>
  return %3 : tensor<1x5x2x2xf32>
}

// -----

// A tensor can be a slice of one concatenation only; the second gets a copy.
// CHECK-LABEL: func.func @copy_into_second_concat(
// CHECK: %[[A:.*]] = kernel.launch @relu
// CHECK: %[[B:.*]] = kernel.launch @sigmoid
// CHECK: nn.concat %[[A]], %[[B]]
// CHECK: %[[A2:.*]] = kernel.launch @copy{{.*}} ins(%[[A]]
// CHECK: nn.concat %[[A2]]
func.func @copy_into_second_concat(%x: tensor<2x3xf32>) -> (tensor<2x6xf32>, tensor<2x6xf32>) {
  %0 = nn.relu %x : tensor<2x3xf32>
  %1 = nn.sigmoid %x : tensor<2x3xf32>
  %2 = nn.concat %0, %1 axis 1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %3 = nn.tanh %x : tensor<2x3xf32>
  %4 = nn.concat %0, %3 axis 1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %5 = nn.exp %2 : tensor<2x6xf32>
  %6 = nn.exp %4 : tensor<2x6xf32>
  return %5, %6 : tensor<2x6xf32>, tensor<2x6xf32>
}

// -----

// Row-major order of 8×3×3 is not channels-last order: one copy before.
// CHECK-LABEL: func.func @copy_before_flatten(
// CHECK: %[[POOL:.*]] = kernel.launch @max_pool
// CHECK: %[[ROWS:.*]] = kernel.launch @copy{{.*}} ins(%[[POOL]]
// CHECK: nn.reshape %[[ROWS]]
func.func @copy_before_flatten(%x: tensor<1x8x6x6xf32>, %w: tensor<72x10xf32>) -> tensor<1x10xf32> {
  %0 = nn.max_pool %x window [2, 2] strides [2, 2] : (tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32>
  %1 = nn.reshape %0 : (tensor<1x8x3x3xf32>) -> tensor<1x72xf32>
  %2 = nn.gemm %1, %w : (tensor<1x72xf32>, tensor<72x10xf32>) -> tensor<1x10xf32>
  return %2 : tensor<1x10xf32>
}

// -----

// With one pixel both orders are the same: nothing moves.
// CHECK-LABEL: func.func @no_copy_of_single_pixel(
// CHECK: %[[MEAN:.*]] = kernel.launch @reduce_mean
// CHECK-NEXT: nn.reshape %[[MEAN]]
func.func @no_copy_of_single_pixel(%x: tensor<1x8x6x6xf32>, %w: tensor<8x10xf32>) -> tensor<1x10xf32> {
  %0 = nn.reduce_mean %x axes [2, 3] keep_dims : (tensor<1x8x6x6xf32>) -> tensor<1x8x1x1xf32>
  %1 = nn.reshape %0 : (tensor<1x8x1x1xf32>) -> tensor<1x8xf32>
  %2 = nn.gemm %1, %w : (tensor<1x8xf32>, tensor<8x10xf32>) -> tensor<1x10xf32>
  return %2 : tensor<1x10xf32>
}
