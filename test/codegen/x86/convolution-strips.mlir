// RUN: bn-opt %s --target=x86-64-v4 --emit=stmt -o - | FileCheck %s
// RUN: bn-opt %s --target=x86-64-v4 --emit=asm -o - | FileCheck %s --check-prefix=ASM --implicit-check-not=halide_malloc

// Loops of convolutions whose tensors no second-level cache holds.

// The four tiles of channels sweep a strip of pixels before the next one comes.
// CHECK-LABEL: kernel conv1x1
// CHECK: for ({{.*}}.xStrip, 0, 14)
// CHECK: for ({{.*}}.tileOfBlock, 0, 4)
// CHECK: for ({{.*}}.xTile, 0,

// What is added to the result of a tile is asked for beside the sums of the one
// before it.
// CHECK-LABEL: kernel conv_input_gradient_add
// CHECK: for ({{.*}}.xTile, 0,
// CHECK: prefetch(argument2,
// CHECK: for (accumulator

// The same of a strided convolution's input gradient, in strips of rows.
// CHECK-LABEL: kernel conv_input_gradient
// CHECK-NOT: prefetch(
// CHECK: yStrip
// CHECK: for ({{.*}}.tileOfBlock, 0, 8)
// CHECK: for ({{.*}}.yInside, 0,

// A gradient of weights copies a run of the output's gradient, of which each
// element is read for each input channel, and asks for what the next run reads:
// of that gradient a little with each pixel.
// CHECK-LABEL: kernel conv_weight_gradient
// CHECK: allocate outputGradient{{.*}} in Register
// CHECK-NOT: prefetch(
// CHECK: for (run{{.*}}.s1.r$x
// CHECK: prefetch(argument0,
// CHECK: prefetch(argument1, {{.*}}run{{.*}}.s1.r$x
// CHECK-NOT: prefetch(
// CHECK: run{{.*}}[ramp(

// What a strip computes of its input is asked for while the strip before it is
// multiplied, in as many pieces as that has steps; weights are not.
// CHECK-LABEL: kernel abs_conv_input_gradient
// CHECK: for ({{.*}}.xStrip, 0, 7)
// CHECK: produce loaded
// CHECK-NOT: prefetch(
// CHECK: consume loaded
// CHECK: for (accumulator{{.*}}.s1.r{{.*}}, 0, 128)
// CHECK: prefetch(argument0, {{.*}}accumulator{{.*}}.s1.r
// CHECK-NOT: prefetch(
// CHECK: {{accumulator.*}}[ramp(

// So is what a run reads of both.
// CHECK-LABEL: kernel relu_abs_conv_weight_gradient
// CHECK: produce loaded
// CHECK-NOT: prefetch(
// CHECK: for (run{{.*}}.s1.r$x
// CHECK-DAG: prefetch(argument0, {{.*}}run{{.*}}.s1.r$x
// CHECK-DAG: prefetch(argument1, {{.*}}run{{.*}}.s1.r$x

// What the next run reads does not go into the first-level cache, which the run
// itself fills.
// ASM: prefetcht0
// ASM-LABEL: conv_weight_gradient{{[a-z0-9_]*}}:
// ASM-NOT: prefetcht0
// ASM: prefetcht1

!x = tensor<16x256x56x56xf32>
!y = tensor<16x128x56x56xf32>
!half = tensor<16x512x28x28xf32>
!w = tensor<128x256x1x1xf32>
!v = tensor<512x256x1x1xf32>

func.func @model(%x: !x, %y: !y, %half: !half, %w: !w, %v: !v)
    -> (!y, !x, !x, !w, !x, !w) {
  %0 = nn.conv %x, %w : (!x, !w) -> !y
  %1 = nn.conv_input_gradient %y, %w : (!y, !w) -> !x
  %2 = nn.add %1, %x : (!x, !x) -> !x
  %3 = nn.conv_input_gradient %half, %v strides [2, 2] : (!half, !v) -> !x
  %4 = nn.conv_weight_gradient %x, %y : (!x, !y) -> !w
  %5 = nn.abs %y : !y
  %6 = nn.conv_input_gradient %5, %w : (!y, !w) -> !x
  %7 = nn.relu %x : !x
  %8 = nn.conv_weight_gradient %7, %5 : (!x, !y) -> !w
  return %0, %2, %3, %4, %6, %8 : !y, !x, !x, !w, !x, !w
}
