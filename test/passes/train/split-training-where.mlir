// Training is split where that pays: bn-split-training with reasons.

// RUN: bn-opt %s --bn-split-training=where=loaded --split-input-file | FileCheck %s --check-prefixes=CHECK,LOADED
// RUN: bn-opt %s --bn-split-training=where=shared --split-input-file | FileCheck %s --check-prefixes=CHECK,SHARED

!image = tensor<2x16x14x14xf32>
!v = tensor<16xf32>

// CHECK-LABEL: @into_the_load_of_a_convolution
// LOADED: bn.statistics
// SHARED: bn.training
func.func @into_the_load_of_a_convolution(%x: !image, %p: !v) -> !image {
  %w = arith.constant dense_resource<w> : tensor<16x16x3x3xf32>
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %1 = nn.relu %0 : !image
  %2 = nn.conv %1, %w pads [1, 1, 1, 1] : (!image, tensor<16x16x3x3xf32>) -> !image
  return %2 : !image
}

// -----

!image = tensor<2x16x14x14xf32>
!v = tensor<16xf32>

// What is stored for one reader may be read by the other.
// CHECK-LABEL: @not_where_it_is_stored_anyway
// CHECK: bn.training
func.func @not_where_it_is_stored_anyway(%x: !image, %p: !v) -> (!image, !image) {
  %w = arith.constant dense_resource<w> : tensor<16x16x3x3xf32>
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %1 = nn.relu %0 : !image
  %2 = nn.conv %1, %w pads [1, 1, 1, 1] : (!image, tensor<16x16x3x3xf32>) -> !image
  return %1, %2 : !image, !image
}

// -----

!image = tensor<2x16x14x14xf32>
!v = tensor<16xf32>

// CHECK-LABEL: @not_for_a_sum
// CHECK: bn.training
func.func @not_for_a_sum(%x: !image, %residual: !image, %p: !v) -> !image {
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v) -> (!image, !v, !v)
  %1 = nn.add %0, %residual : (!image, !image) -> !image
  return %1 : !image
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// CHECK-LABEL: @for_the_gate_of_its_gradient
// LOADED: bn.statistics
// LOADED: bn.gradient %
// SHARED: bn.training
func.func @for_the_gate_of_its_gradient(%x: !m, %p: !v, %dy: !m) -> (!m, !m) {
  %0, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v) -> (!m, !v, !v)
  %1 = nn.relu %0 : !m
  %2 = nn.gate %dy, %1 between [0.0, 0x7FF0000000000000] : !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %mean, %variance, %2 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  return %1, %dx : !m, !m
}

// -----

!v = tensor<3xf32>
!w = tensor<8xf32>

// CHECK-LABEL: @features_of_a_concatenation
// LOADED-COUNT-2: bn.training
// SHARED-COUNT-2: bn.statistics
func.func @features_of_a_concatenation(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %p: !v, %q: !w) -> (tensor<2x3xf32>, tensor<2x8xf32>) {
  %0, %mean0, %variance0 = bn.training %a, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<2x3xf32>, !v, !v) -> (tensor<2x3xf32>, !v, !v)
  %1 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %2, %mean1, %variance1 = bn.training %1, %q, %q {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<2x8xf32>, !w, !w) -> (tensor<2x8xf32>, !w, !w)
  return %0, %2 : tensor<2x3xf32>, tensor<2x8xf32>
}

// -----

!w = tensor<8xf32>

// CHECK-LABEL: @not_for_features_read_once
// CHECK: bn.training
func.func @not_for_features_read_once(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %q: !w) -> tensor<2x8xf32> {
  %1 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %2, %mean1, %variance1 = bn.training %1, %q, %q {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<2x8xf32>, !w, !w) -> (tensor<2x8xf32>, !w, !w)
  return %2 : tensor<2x8xf32>
}
