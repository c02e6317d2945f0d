// Gates compute again what they compare with, where the gradient reads the data: bn-recompute-normalized.

// RUN: bn-opt %s --bn-recompute-normalized --split-input-file | FileCheck %s

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// CHECK-LABEL: @recompute_relu
// CHECK-SAME: %[[X:.*]]: tensor<16x32xf32>, %[[P:.*]]: tensor<32xf32>, %[[DY:.*]]: tensor<16x32xf32>
func.func @recompute_relu(%x: !m, %p: !v, %dy: !m) -> (!m, !m) {
  // CHECK: %[[KEPT:.*]] = nn.relu
  // CHECK: %[[NORMALIZED:.*]] = bn.normalize %[[X]], %[[P]], %[[P]], %[[P]], %[[P]] {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64}
  // CHECK: %[[VALUE:.*]] = nn.relu %[[NORMALIZED]]
  // CHECK: %[[GATE:.*]] = nn.gate %[[DY]], %[[VALUE]]
  // CHECK: bn.gradient %[[X]], %{{.*}}, %[[GATE]]
  // CHECK: return %[[KEPT]]
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.relu %0 : !m
  %2 = nn.gate %dy, %1 between [0.0, 0x7FF0000000000000] : !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %2 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %1, %dx : !m, !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// Both sweeps of a gradient in parts compute it.
// CHECK-LABEL: @recompute_for_parts
// CHECK-COUNT-2: bn.normalize
func.func @recompute_for_parts(%x: !m, %p: !v, %dy: !m) -> (!m, !m) {
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.gate %dy, %0 between [0.0, 6.0] : !m
  %dscale, %doffset = bn.gradient_statistics %x, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !m) -> (!v, !v)
  %dx = bn.gradient_input %x, %p, %p, %p, %1, %dscale, %doffset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m, !v, !v) -> !m
  return %0, %dx : !m, !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// CHECK-LABEL: @no_recompute_only_reader
// CHECK-COUNT-1: bn.normalize
// CHECK-NOT: bn.normalize
func.func @no_recompute_only_reader(%x: !m, %p: !v, %dy: !m) -> !m {
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.gate %dy, %0 between [0.0, 6.0] : !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %dx : !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// The sum with a residual reads something else.
// CHECK-LABEL: @no_recompute_sum
// CHECK-COUNT-1: bn.normalize
// CHECK-NOT: bn.normalize
func.func @no_recompute_sum(%x: !m, %residual: !m, %p: !v, %dy: !m) -> (!m, !m) {
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.add %0, %residual : (!m, !m) -> !m
  %2 = nn.gate %dy, %1 between [0.0, 6.0] : !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %2 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %1, %dx : !m, !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// The gradient is stored anyway.
// CHECK-LABEL: @no_recompute_gradient_of_two
// CHECK-COUNT-1: bn.normalize
// CHECK-NOT: bn.normalize
func.func @no_recompute_gradient_of_two(%x: !m, %p: !v, %dy: !m) -> (!m, !m, !m) {
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.gate %dy, %0 between [0.0, 6.0] : !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %0, %1, %dx : !m, !m, !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// The gradient of a normalization of other data.
// CHECK-LABEL: @no_recompute_of_other_data
// CHECK-COUNT-1: bn.normalize
// CHECK-NOT: bn.normalize
func.func @no_recompute_of_other_data(%x: !m, %z: !m, %p: !v, %dy: !m) -> (!m, !m) {
  %0 = bn.normalize %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %1 = nn.gate %dy, %0 between [0.0, 6.0] : !m
  %dx, %dscale, %doffset = bn.gradient %z, %p, %p, %p, %1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %0, %dx : !m, !m
}
