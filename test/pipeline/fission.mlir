// Training batch norms are split where their parts go into the kernels beside them: bn-fuse{split share}.

// RUN: bn-opt %s --bn-fuse=epilogue=false --split-input-file | FileCheck %s
// RUN: bn-opt %s --bn-fuse="split=false share=false epilogue=false" --split-input-file | FileCheck %s --check-prefix=NONE

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>
!w = tensor<32x32x3x3xf32>

// Forward and backward read %arg0, and nothing that is made of it is stored.
// CHECK-LABEL: func.func @forward_and_backward
// CHECK: %[[STATISTICS:.*]]:3 = kernel.launch @statistics ins(%arg0
// CHECK: %[[Y:.*]] = kernel.launch @normalize_relu_conv3x3 ins(%arg0, %arg1, %[[STATISTICS]]#0, %[[STATISTICS]]#1, %[[STATISTICS]]#2
// CHECK: %[[DW:.*]] = kernel.launch @normalize_relu_conv_weight_gradient ins(%arg0, %arg1, %[[STATISTICS]]#0, %[[STATISTICS]]#1, %[[STATISTICS]]#2, %arg2
// CHECK: %[[DY:.*]] = kernel.launch @conv_input_gradient ins(%arg2
// CHECK: %[[DX:.*]]:3 = kernel.launch @normalize_relu_gate_gradient ins(%arg0, %arg1, %[[STATISTICS]]#0, %[[STATISTICS]]#1, %[[STATISTICS]]#2, %[[DY]]
// CHECK: return %[[Y]], %[[DW]], %[[DX]]#0, %[[DX]]#1, %[[DX]]#2
// NONE-LABEL: func.func @forward_and_backward
// NONE: %[[R:.*]]:3 = kernel.launch @training_relu ins(%arg0
// NONE: kernel.launch @conv3x3 ins(%[[R]]#0
// NONE: kernel.launch @conv_weight_gradient ins(%[[R]]#0, %arg2
// NONE: %[[DY:.*]] = kernel.launch @conv_input_gradient_gate ins(%arg2, {{.*}}, %[[R]]#0
// NONE: kernel.launch @gradient ins(%arg0, %arg1, %[[R]]#1, %[[R]]#2, %[[DY]]
func.func @forward_and_backward(%x: !image, %p: !v, %dy: !image) -> (!image, !w, !image, !v, !v) {
  %w = arith.constant dense_resource<w> : !w
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %1 = nn.relu %0 : !image
  %2 = nn.conv %1, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %dw = nn.conv_weight_gradient %1, %dy pads [1, 1, 1, 1] : (!image, !image) -> !w
  %3 = nn.conv_input_gradient %dy, %w pads [1, 1, 1, 1] : (!image, !w) -> !image
  %4 = nn.gate %3, %1 between [0.0, 0x7FF0000000000000] : !image
  %dx, %dscale, %doffset = bn.gradient %x, %p, %mean, %variance, %4 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  return %2, %dw, %dx, %dscale, %doffset : !image, !w, !image, !v, !v
}

// -----

!v = tensor<3xf32>
!w = tensor<8xf32>

// Each feature has its statistics taken once.
// CHECK-LABEL: func.func @dense_block
// CHECK-COUNT-2: kernel.launch @statistics
// CHECK-NOT: kernel.launch @statistics
// NONE-LABEL: func.func @dense_block
// NONE-COUNT-2: kernel.launch @training
func.func @dense_block(%a: tensor<2x3x4x4xf32>, %b: tensor<2x5x4x4xf32>, %p: !v, %q: !w) -> (tensor<2x3x4x4xf32>, tensor<2x8x4x4xf32>) {
  %0, %mean0, %variance0 = bn.training %a, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<2x3x4x4xf32>, !v, !v) -> (tensor<2x3x4x4xf32>, !v, !v)
  %1 = nn.concat %a, %b axis 1 : (tensor<2x3x4x4xf32>, tensor<2x5x4x4xf32>) -> tensor<2x8x4x4xf32>
  %2, %mean1, %variance1 = bn.training %1, %q, %q {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<2x8x4x4xf32>, !w, !w) -> (tensor<2x8x4x4xf32>, !w, !w)
  return %0, %2 : tensor<2x3x4x4xf32>, tensor<2x8x4x4xf32>
}
