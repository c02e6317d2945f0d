// Sums that stay, with the reason where a normalization stays with them.

// RUN: bn-opt %s --bn-merge-branches --split-input-file --verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter-missed=bn-fold | FileCheck %s
// RUN: bn-opt %s --bn-merge-branches=tolerance=1e-3 --split-input-file | FileCheck %s --check-prefix=TOLERANT

// CHECK-LABEL: @no_merge_strides
func.func @no_merge_strides(%x: tensor<1x1x1xf32>) -> tensor<1x1x1xf32> {
  // CHECK: nn.add
  %w = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %s = arith.constant dense<2.0> : tensor<1xf64>
  %0 = nn.conv %x, %w strides [2] : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  // expected-remark@+1 {{the strides of the branches differ}}
  %1 = bn.scale_shift %x, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x1xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x1xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  return %2 : tensor<1x1x1xf32>
}

// -----

// The convolution must be computed for its other user all the same.
// CHECK-LABEL: @no_merge_conv_two_users
func.func @no_merge_conv_two_users(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK: nn.add
  %w = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %x : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_merge_inner_sum_two_users
func.func @no_merge_inner_sum_two_users(%x: tensor<1x1x4xf32>, %y: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK-COUNT-2: nn.add
  %w = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %y : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %2 = nn.add %1, %x : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %1, %2 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_merge_computed_weights
func.func @no_merge_computed_weights(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.add
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %x : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_merge_different_inputs
func.func @no_merge_different_inputs(%x: tensor<1x1x4xf32>, %y: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.add
  %w = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.conv %y, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// A row and a column make a square of nine taps from six.
// CHECK-LABEL: @no_merge_more_work
func.func @no_merge_more_work(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK: nn.add
  %row = arith.constant dense<1.0> : tensor<1x1x1x3xf32>
  %column = arith.constant dense<1.0> : tensor<1x1x3x1xf32>
  %s = arith.constant dense<2.0> : tensor<1xf64>
  %0 = nn.conv %x, %row pads [0, 1, 0, 1] : (tensor<1x1x4x4xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x4x4xf32>
  %1 = nn.conv %x, %column pads [1, 0, 1, 0] : (tensor<1x1x4x4xf32>, tensor<1x1x3x1xf32>) -> tensor<1x1x4x4xf32>
  // expected-remark@+1 {{one convolution would take 9 multiplications per position, the branches take 6}}
  %2 = bn.scale_shift %1, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4x4xf32>
  %3 = nn.add %0, %2 : (tensor<1x1x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %3 : tensor<1x1x4x4xf32>
}

// -----

// A depthwise window would have to become a dense one.
// CHECK-LABEL: @no_merge_depthwise_and_dense
func.func @no_merge_depthwise_and_dense(%x: tensor<1x4x4xf32>) -> tensor<1x4x4xf32> {
  // CHECK: nn.add
  %depthwise = arith.constant dense<1.0> : tensor<4x1x3xf32>
  %dense = arith.constant dense<1.0> : tensor<4x4x1xf32>
  %0 = nn.conv %x, %depthwise pads [1, 1] groups 4 : (tensor<1x4x4xf32>, tensor<4x1x3xf32>) -> tensor<1x4x4xf32>
  %1 = nn.conv %x, %dense : (tensor<1x4x4xf32>, tensor<4x4x1xf32>) -> tensor<1x4x4xf32>
  %2 = nn.add %0, %1 : (tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  return %2 : tensor<1x4x4xf32>
}

// -----

// At the border this pool divides by two.
// CHECK-LABEL: @no_merge_pool_without_padding
func.func @no_merge_pool_without_padding(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.add
  %w = arith.constant dense<1.0> : tensor<1x1x3xf32>
  %0 = nn.conv %x, %w pads [1, 1] : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  %1 = nn.average_pool %x window [3] pads [1, 1] : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_merge_pools_only
func.func @no_merge_pools_only(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.add
  %0 = nn.average_pool %x window [3] pads [1, 1] count_include_pad : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %x : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// Both have ⌊D/2⌋ positions for even D only.
// CHECK-LABEL: @no_merge_dynamic_sizes
func.func @no_merge_dynamic_sizes(%x: tensor<1x1x?xf32>) -> tensor<1x1x?xf32> {
  // CHECK: nn.add
  %a = arith.constant dense<1.0> : tensor<1x1x2xf32>
  %b = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %a strides [2] : (tensor<1x1x?xf32>, tensor<1x1x2xf32>) -> tensor<1x1x?xf32>
  %1 = nn.conv %x, %b strides [2] : (tensor<1x1x?xf32>, tensor<1x1x1xf32>) -> tensor<1x1x?xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x?xf32>, tensor<1x1x?xf32>) -> tensor<1x1x?xf32>
  return %2 : tensor<1x1x?xf32>
}

// -----

// The identity of one channel is added to every output.
// CHECK-LABEL: @no_merge_broadcast
func.func @no_merge_broadcast(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.add
  %w = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.add %0, %x : (tensor<1x2x4xf32>, tensor<1x1x4xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// Features along the image are no channels.
// CHECK-LABEL: @no_merge_other_axis
func.func @no_merge_other_axis(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: nn.add
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  %s = arith.constant dense<2.0> : tensor<2xf64>
  %0 = nn.conv %x, %w : (tensor<1x2x2xf32>, tensor<2x2x1xf32>) -> tensor<1x2x2xf32>
  %1 = bn.scale_shift %x, %s, %s {featureIndex = 2 : i64} : (tensor<1x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2xf32>
  %2 = nn.add %0, %1 : (tensor<1x2x2xf32>, tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  return %2 : tensor<1x2x2xf32>
}

// -----

// CHECK-LABEL: @no_merge_overflow
func.func @no_merge_overflow(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK: nn.add
  %w = arith.constant dense<60000.0> : tensor<1x1x1xf16>
  %s = arith.constant dense<60000.0> : tensor<1xf64>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  // expected-remark@+1 {{the sum of the weights is not finite in their type}}
  %1 = bn.scale_shift %x, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  %2 = nn.add %0, %1 : (tensor<1x1x4xf16>, tensor<1x1x4xf16>) -> tensor<1x1x4xf16>
  return %2 : tensor<1x1x4xf16>
}

// -----

// 1 + 0.0003 is no f16: the branches are more exact by themselves.
// CHECK-LABEL: @no_merge_inexact_f16
// TOLERANT-LABEL: @no_merge_inexact_f16
func.func @no_merge_inexact_f16(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK: nn.add
  // TOLERANT-NOT: nn.add
  // TOLERANT: return
  %w = arith.constant dense<1.0> : tensor<1x1x1xf16>
  %s = arith.constant dense<0.0003> : tensor<1xf64>
  %t = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %w : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  // expected-remark@+1 {{rounding the sum of the weights to f16 may change results by 3.0e-04 of their terms, more than the tolerance of 1.0e-06}}
  %1 = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  %2 = nn.add %0, %1 : (tensor<1x1x4xf16>, tensor<1x1x4xf16>) -> tensor<1x1x4xf16>
  return %2 : tensor<1x1x4xf16>
}
