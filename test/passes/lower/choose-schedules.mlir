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

// Weights that are computed cannot be packed.
// CHECK-LABEL: kernel.func @conv1x1(
// CHECK-NOT: #kernel.packed
// CHECK: kernel.return
func.func @no_pack_of_computed_weights(%x: tensor<1x64x28x28xf32>, %w: tensor<64x64x1x1xf32>) -> tensor<1x64x28x28xf32> {
  %0 = nn.conv %x, %w : (tensor<1x64x28x28xf32>, tensor<64x64x1x1xf32>) -> tensor<1x64x28x28xf32>
  return %0 : tensor<1x64x28x28xf32>
}
