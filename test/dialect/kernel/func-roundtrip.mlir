// Kernels print and parse with layouts, schedules and flags.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: kernel.func @conv_add_relu(
// CHECK-SAME: %{{.*}}: tensor<1x64x56x56xf32>, %{{.*}}: tensor<64x64x3x3xf32>, %{{.*}}: tensor<64xf32>,
// CHECK-SAME: %{{.*}}: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
kernel.func @conv_add_relu(%x: tensor<1x64x56x56xf32>, %w: tensor<64x64x3x3xf32>, %b: tensor<64xf32>,
                           %shortcut: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
  %conv = nn.conv %x, %w bias %b pads [1, 1, 1, 1]
    : (tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> tensor<1x64x56x56xf32>
  %sum = nn.add %conv, %shortcut : (tensor<1x64x56x56xf32>, tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32>
  %relu = nn.relu %sum : tensor<1x64x56x56xf32>
  // CHECK: kernel.return %{{.*}} : tensor<1x64x56x56xf32>
  kernel.return %relu : tensor<1x64x56x56xf32>
}

// CHECK-LABEL: kernel.func @layouts(
// CHECK-SAME: tensor<1x64x56x56xf32> {kernel.layout = #kernel.layout<strides = [215296, 1, 3712, 64], halo = [0, 0, 0, 0, 1, 1, 1, 1]>}
// CHECK-SAME: tensor<64x64x3x3xf32> {kernel.layout = #kernel.packed<tile = 32>}
// CHECK-SAME: -> (tensor<1x64x56x56xf32> {kernel.layout = #kernel.layout<strides = [200704, 1, 3584, 64]>})
// CHECK-SAME: attributes {inPlace, schedule = #kernel.direct<channels = 32, pixels = 14>} {
kernel.func @layouts(
    %x: tensor<1x64x56x56xf32>
      {kernel.layout = #kernel.layout<strides = [215296, 1, 3712, 64], halo = [0, 0, 0, 0, 1, 1, 1, 1]>},
    %w: tensor<64x64x3x3xf32> {kernel.layout = #kernel.packed<tile = 32>})
    -> (tensor<1x64x56x56xf32> {kernel.layout = #kernel.layout<strides = [200704, 1, 3584, 64]>})
    attributes {schedule = #kernel.direct<channels = 32, pixels = 14>, inPlace} {
  %conv = nn.conv %x, %w pads [1, 1, 1, 1]
    : (tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x56x56xf32>
  kernel.return %conv : tensor<1x64x56x56xf32>
}

// CHECK-LABEL: kernel.func @copy(
// CHECK-NEXT: kernel.return %{{.*}} : tensor<?x4xf32>
kernel.func @copy(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  kernel.return %x : tensor<?x4xf32>
}

// CHECK-LABEL: kernel.func private @hidden(
kernel.func private @hidden(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}

// CHECK-LABEL: kernel.func @packed(
// CHECK-SAME: tensor<64x32x3x3xf32> {kernel.layout = #kernel.packed<tile = 32, parts = 4>}
// CHECK-SAME: -> (tensor<64x32x3x3xf32> {kernel.layout = #kernel.packed<tile = 16, transposed = true, groups = 2>})
kernel.func @packed(%w: tensor<64x32x3x3xf32> {kernel.layout = #kernel.packed<tile = 32, parts = 4>})
    -> (tensor<64x32x3x3xf32> {kernel.layout = #kernel.packed<tile = 16, transposed = true, groups = 2>}) {
  kernel.return %w : tensor<64x32x3x3xf32>
}
