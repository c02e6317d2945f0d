// Register tiles follow the vector size and the number of registers.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-choose-schedules="vector-bytes=64 registers=32" --split-input-file | FileCheck %s --check-prefixes=CHECK,V4
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-choose-schedules="vector-bytes=32 registers=16" --split-input-file | FileCheck %s --check-prefixes=CHECK,V3

// CHECK-LABEL: kernel.func @conv3x3(
// V4-SAME: #kernel.packed<tile = 32>
// V4-SAME: schedule = #kernel.direct<channels = 32, pixels = {{7|14}}>
// V3-SAME: #kernel.packed<tile = [[#TILE:]]>
// V3-SAME: schedule = #kernel.direct<channels = [[#TILE]], pixels = {{[1-4]}}>
func.func @tile_conv(%x: tensor<1x64x28x28xf32>) -> tensor<1x64x28x28xf32> {
  %w = arith.constant dense_resource<w> : tensor<64x64x3x3xf32>
  %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (tensor<1x64x28x28xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x28x28xf32>
  return %0 : tensor<1x64x28x28xf32>
}

// -----

// Weights that are computed are packed by a kernel.
// CHECK-LABEL: func.func @pack_computed_weights
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<64x64x1x1xf32>
// CHECK: %[[PACKED:.*]] = kernel.launch @pack ins(%[[W]] : tensor<64x64x1x1xf32>) -> tensor<[[SHAPE:.*]]xf32>
// CHECK: kernel.launch @conv1x1 ins(%{{.*}}, %[[PACKED]] : tensor<1x64x28x28xf32>, tensor<[[SHAPE]]xf32>)
// CHECK: kernel.func @conv1x1(
// CHECK-SAME: #kernel.packed<tile = [[#TILE:]]>
// CHECK: kernel.func @pack(%[[ARG:.*]]: tensor<64x64x1x1xf32>)
// CHECK-SAME: #kernel.packed<tile = [[#TILE]]>
// CHECK: kernel.return %[[ARG]]
func.func @pack_computed_weights(%x: tensor<1x64x28x28xf32>, %w: tensor<64x64x1x1xf32>) -> tensor<1x64x28x28xf32> {
  %0 = nn.conv %x, %w : (tensor<1x64x28x28xf32>, tensor<64x64x1x1xf32>) -> tensor<1x64x28x28xf32>
  return %0 : tensor<1x64x28x28xf32>
}

// -----

// A weight is read too seldom.
// CHECK-LABEL: func.func @no_pack_of_few_rows
// CHECK-NOT: #kernel.packed
func.func @no_pack_of_few_rows(%x: tensor<2x64xf32>, %w: tensor<64x64xf32>) -> tensor<2x64xf32> {
  %0 = nn.gemm %x, %w : (tensor<2x64xf32>, tensor<64x64xf32>) -> tensor<2x64xf32>
  return %0 : tensor<2x64xf32>
}

