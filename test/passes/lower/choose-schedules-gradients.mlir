// Gradients of convolutions read and write packed weights.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-choose-schedules="vector-bytes=64 registers=32" --split-input-file | FileCheck %s

// Tiles run over input channels, of which the gradient has one per result.
// CHECK-LABEL: func.func @input_gradient
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<64x32x3x3xf32>)
// CHECK: %[[PACKED:.*]] = kernel.launch @pack ins(%[[W]] : tensor<64x32x3x3xf32>) -> tensor<1x3x3x64x32xf32>
// CHECK: kernel.launch @conv_input_gradient ins(%{{.*}}, %[[PACKED]] :
// CHECK: kernel.func @conv_input_gradient(
// CHECK-SAME: halo = [0, 0, 0, 0, 1, 1, 1, 1]
// CHECK-SAME: #kernel.packed<tile = 32, transposed = true>
// CHECK-SAME: schedule = #kernel.direct<channels = 32, pixels = {{7|14}}>
func.func @input_gradient(%dy: tensor<2x64x14x14xf32>, %w: tensor<64x32x3x3xf32>) -> tensor<2x32x14x14xf32> {
  %0 = nn.conv_input_gradient %dy, %w pads [1, 1, 1, 1] : (tensor<2x64x14x14xf32>, tensor<64x32x3x3xf32>) -> tensor<2x32x14x14xf32>
  return %0 : tensor<2x32x14x14xf32>
}

// -----

// CHECK-LABEL: func.func @input_gradient_groups
// CHECK: kernel.launch @pack ins(%{{.*}} : tensor<64x16x1x1xf32>) -> tensor<{{[0-9]+x1x1x32x[0-9]+}}xf32>
// CHECK: #kernel.packed<tile = {{[0-9]+}}, transposed = true, groups = 2>
func.func @input_gradient_groups(%dy: tensor<2x64x14x14xf32>, %w: tensor<64x16x1x1xf32>) -> tensor<2x32x14x14xf32> {
  %0 = nn.conv_input_gradient %dy, %w groups 2 : (tensor<2x64x14x14xf32>, tensor<64x16x1x1xf32>) -> tensor<2x32x14x14xf32>
  return %0 : tensor<2x32x14x14xf32>
}

// -----

// One pack serves all, however late its first reader was found.
// CHECK-LABEL: func.func @pack_once
// CHECK-COUNT-1: kernel.launch @pack
// CHECK-NOT: kernel.launch @pack
// CHECK: return
func.func @pack_once(%a: tensor<2x64x14x14xf32>, %b: tensor<4x64x14x14xf32>, %w: tensor<64x32x1x1xf32>) -> (tensor<2x32x14x14xf32>, tensor<4x32x14x14xf32>) {
  %0 = nn.conv_input_gradient %a, %w : (tensor<2x64x14x14xf32>, tensor<64x32x1x1xf32>) -> tensor<2x32x14x14xf32>
  %1 = nn.conv_input_gradient %b, %w : (tensor<4x64x14x14xf32>, tensor<64x32x1x1xf32>) -> tensor<4x32x14x14xf32>
  return %0, %1 : tensor<2x32x14x14xf32>, tensor<4x32x14x14xf32>
}

// -----

// The sums of halves of images are parts, which are added when they are
// unpacked. The model's order needs no other copy.
// CHECK-LABEL: func.func @weight_gradient
// CHECK: %[[PARTS:.*]] = kernel.launch @conv_weight_gradient ins({{.*}}) -> tensor<4x1x3x3x32x64xf32>
// CHECK: %[[RESULT:.*]] = kernel.launch @unpack ins(%[[PARTS]] : tensor<4x1x3x3x32x64xf32>) -> tensor<64x32x3x3xf32>
// CHECK: return %[[RESULT]]
// CHECK: kernel.func @conv_weight_gradient(
// CHECK-SAME: #kernel.packed<tile = 64, parts = 4>
// CHECK-SAME: schedule = #kernel.direct<channels = 64, pixels = 4>
// CHECK: kernel.func @unpack(%{{.*}}: tensor<64x32x3x3xf32> {kernel.layout = #kernel.packed<tile = 64, parts = 4>}) -> tensor<64x32x3x3xf32>
func.func @weight_gradient(%x: tensor<2x32x14x14xf32>, %dy: tensor<2x64x14x14xf32>) -> tensor<64x32x3x3xf32> {
  %0 = nn.conv_weight_gradient %x, %dy pads [1, 1, 1, 1] : (tensor<2x32x14x14xf32>, tensor<2x64x14x14xf32>) -> tensor<64x32x3x3xf32>
  return %0 : tensor<64x32x3x3xf32>
}
