// Statistics are taken by the kernels that compute the data, and merged: bn-fuse{epilogue}.

// RUN: bn-opt %s --bn-fuse --split-input-file | FileCheck %s

!image = tensor<2x32x14x28xf32>
!v = tensor<32xf32>
!w = tensor<32x32x3x3xf32>

// CHECK-LABEL: func.func @forward
// CHECK: %[[X:.*]]:4 = kernel.launch @conv3x3_partial_statistics ins(%arg0
// CHECK: %[[STATISTICS:.*]]:3 = kernel.launch @merge_statistics ins(%[[X]]#1, %[[X]]#2, %[[X]]#3 : tensor<2x32x14x1xf32>
// CHECK: kernel.launch @normalize_add_relu ins(%[[X]]#0, %arg1, %[[STATISTICS]]#0, %[[STATISTICS]]#1, %[[STATISTICS]]#2, %arg0
// CHECK: kernel.func @conv3x3_partial_statistics
// CHECK-NEXT: %[[CONV:.*]] = nn.conv
// CHECK-NEXT: %[[FIRST:.*]], %[[DISTANCES:.*]], %[[SQUARES:.*]] = bn.partial_statistics %[[CONV]] {featureIndex = 1 : i64, run = 28 : i64}
// CHECK-NEXT: kernel.return %[[CONV]], %[[FIRST]], %[[DISTANCES]], %[[SQUARES]]
func.func @forward(%x: !image, %p: !v) -> !image {
  %w = arith.constant dense_resource<w> : !w
  %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %1, %mean, %variance = bn.training %0, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %2 = nn.add %1, %x : (!image, !image) -> !image
  %3 = nn.relu %2 : !image
  return %3 : !image
}

// -----

!image = tensor<2x32x14x28xf32>
!v = tensor<32xf32>
!w = tensor<32x32x3x3xf32>

// The sums are of what the gate makes of the result, which another kernel makes again.
// CHECK-LABEL: func.func @backward
// CHECK: %[[DY:.*]]:3 = kernel.launch @conv_input_gradient_normalize_relu_gate_partial_gradient_statistics ins(%arg2
// CHECK: %[[SUMS:.*]]:2 = kernel.launch @merge_gradient_statistics ins(%[[DY]]#1, %[[DY]]#2,
// CHECK: kernel.launch @normalize_relu_gate_gradient_input ins(%arg0, {{.*}} %[[DY]]#0, %[[SUMS]]#0, %[[SUMS]]#1
// CHECK: kernel.func @conv_input_gradient_normalize_relu_gate_partial_gradient_statistics
// CHECK-NEXT: %[[GRADIENT:.*]] = nn.conv_input_gradient
// CHECK: %[[GATE:.*]] = nn.gate %[[GRADIENT]]
// CHECK-NEXT: %[[PRODUCTS:.*]], %[[GRADIENTS:.*]] = bn.partial_gradient_statistics %[[GATE]]
// CHECK-NEXT: kernel.return %[[GRADIENT]], %[[PRODUCTS]], %[[GRADIENTS]]
func.func @backward(%x: !image, %p: !v, %dy: !image) -> (!image, !image, !v, !v) {
  %w = arith.constant dense_resource<w> : !w
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %1 = nn.relu %0 : !image
  %2 = nn.conv %1, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %3 = nn.conv_input_gradient %dy, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %4 = nn.gate %3, %1 between [0.0, 0x7FF0000000000000] : !image
  %dx, %dscale, %doffset = bn.gradient %x, %p, %mean, %variance, %4 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  return %2, %dx, %dscale, %doffset : !image, !image, !v, !v
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>

// A gradient of what several kernels read is stored with its sums, of both normalizations.
// CHECK-LABEL: func.func @gradient_of_a_sum
// CHECK: %[[DY:.*]]:5 = kernel.launch @conv_input_gradient_add_partial_gradient_statistics_partial_gradient_statistics ins(%arg2
// CHECK-DAG: kernel.launch @merge_gradient_statistics{{.*}} ins(%[[DY]]#1, %[[DY]]#2,
// CHECK-DAG: kernel.launch @merge_gradient_statistics{{.*}} ins(%[[DY]]#3, %[[DY]]#4,
// CHECK-NOT: @gradient_statistics
func.func @gradient_of_a_sum(%x: !image, %z: !image, %dy: !image, %p: !v) -> (!image, !image, !v, !v) {
  %w = arith.constant dense_resource<w> : tensor<32x32x1x1xf32>
  %0 = nn.conv_input_gradient %dy, %w : (!image, tensor<32x32x1x1xf32>) -> !image
  %1 = nn.add %0, %dy : (!image, !image) -> !image
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  %dz, %dscale1, %doffset1 = bn.gradient %z, %p, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  return %dx, %dz, %dscale, %dscale1 : !image, !image, !v, !v
}

// -----

!image = tensor<2x32x14x14xf32>
!small = tensor<2x32x7x7xf32>
!v = tensor<32xf32>

// Rows of 7 pixels are too short, and groups and strides of gradients have other kernels.
// CHECK-LABEL: func.func @no_epilogue
// CHECK-NOT: partial
func.func @no_epilogue(%x: !image, %y: !small, %p: !v) -> (!small, !image, !v) {
  %w = arith.constant dense_resource<w> : tensor<32x32x3x3xf32>
  %g = arith.constant dense_resource<g> : tensor<32x8x3x3xf32>
  %0 = nn.conv %x, %w strides [2, 2] pads [1, 1, 1, 1] : (!image, tensor<32x32x3x3xf32>) -> !small
  %1, %mean, %variance = bn.training %0, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!small, !v, !v) -> (!small, !v, !v)
  %2 = nn.conv %x, %g pads [1, 1, 1, 1] groups 4 : (!image, tensor<32x8x3x3xf32>) -> !image
  %3, %mean1, %variance1 = bn.training %2, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %4 = nn.conv_input_gradient %y, %w strides [2, 2] pads [1, 1, 1, 1] : (!small, tensor<32x32x3x3xf32>) -> !image
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %4 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  %5 = nn.add %3, %dx : (!image, !image) -> !image
  return %1, %5, %dscale : !small, !image, !v
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>
!w = tensor<32x32x3x3xf32>

// The input of the normalization is computed of its gradient: their kernels have an order.
// CHECK-LABEL: func.func @needed_before
// CHECK-NOT: partial_gradient_statistics
// CHECK: return
func.func @needed_before(%a: !image, %p: !v) -> (!image, !v, !v) {
  %w = arith.constant dense_resource<w> : !w
  %0 = nn.conv %a, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %1 = nn.conv %0, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %2, %mean, %variance = bn.training %1, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %dx, %dscale, %doffset = bn.gradient %1, %p, %mean, %variance, %0 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  return %dx, %dscale, %doffset : !image, !v, !v
}
