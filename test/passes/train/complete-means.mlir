// Who subtracts a rounded mean gets what rounding has taken from it: bn-complete-means.

// RUN: bn-opt %s --bn-complete-means --split-input-file | FileCheck %s

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// CHECK-LABEL: @complete_split_training
func.func @complete_split_training(%x: !m, %p: !v) -> (!m, !v) {
  // CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]], %[[REST:.*]] = bn.statistics %arg0 {featureIndex = 1 : i64}
  // CHECK: %[[Y:.*]] = bn.normalize %arg0, %arg1, %arg1, %[[MEAN]], %[[VARIANCE]] rest %[[REST]]
  // CHECK: return %[[Y]], %[[MEAN]]
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (!m) -> (!v, !v)
  %y = bn.normalize %x, %p, %p, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  return %y, %mean : !m, !v
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// A training that stays whole, of which something is computed again; sums and input gradients.
// CHECK-LABEL: @complete_what_reads_a_training
func.func @complete_what_reads_a_training(%x: !m, %p: !v, %dy: !m) -> (!m, !m, !m) {
  // CHECK: %[[Y:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]], %[[REST:.*]] = bn.training %arg0
  // CHECK: bn.normalize %arg0, %arg1, %arg1, %[[MEAN]], %[[VARIANCE]] rest %[[REST]]
  // CHECK: bn.gradient_statistics %arg0, %[[MEAN]], %[[VARIANCE]], %arg2 rest %[[REST]]
  // CHECK: bn.gradient_input %arg0, %arg1, %[[MEAN]], %[[VARIANCE]], %arg2, %{{.*}}, %{{.*}} rest %[[REST]]
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v) -> (!m, !v, !v)
  %again = bn.normalize %x, %p, %p, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %ds, %do = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !m) -> (!v, !v)
  %dx = bn.gradient_input %x, %p, %mean, %variance, %dy, %ds, %do {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m, !v, !v) -> !m
  return %y, %again, %dx : !m, !m, !m
}

// -----

!m = tensor<16x3xf32>
!n = tensor<16x8xf32>

// Two readers share the rests of the parts.
// CHECK-LABEL: @complete_concatenation
func.func @complete_concatenation(%a: !m, %b: tensor<16x5xf32>, %c: !n, %p: tensor<8xf32>) -> (!n, !n) {
  // CHECK: %[[M0:.*]], %[[V0:.*]], %[[R0:.*]] = bn.statistics %arg0
  // CHECK: %[[M1:.*]], %[[V1:.*]], %[[R1:.*]] = bn.statistics %arg1
  // CHECK-COUNT-1: %[[REST:.*]] = nn.concat %[[R0]], %[[R1]] axis 0
  // CHECK: %[[MEAN:.*]] = nn.concat %[[M0]], %[[M1]] axis 0
  // CHECK-COUNT-2: bn.normalize %arg2, %arg3, %arg3, %[[MEAN]], %{{.*}} rest %[[REST]]
  %m0, %v0 = bn.statistics %a {featureIndex = 1 : i64} : (!m) -> (tensor<3xf32>, tensor<3xf32>)
  %m1, %v1 = bn.statistics %b {featureIndex = 1 : i64} : (tensor<16x5xf32>) -> (tensor<5xf32>, tensor<5xf32>)
  %mean = nn.concat %m0, %m1 axis 0 : (tensor<3xf32>, tensor<5xf32>) -> tensor<8xf32>
  %variance = nn.concat %v0, %v1 axis 0 : (tensor<3xf32>, tensor<5xf32>) -> tensor<8xf32>
  %0 = bn.normalize %c, %p, %p, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!n, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> !n
  %1 = bn.normalize %c, %p, %p, %mean, %variance {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64} : (!n, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> !n
  return %0, %1 : !n, !n
}

// -----

!m = tensor<16x32xf64>
!v = tensor<32xf64>

// Means of f64 are not rounded.
// CHECK-LABEL: @no_complete_f64
// CHECK-NOT: rest
func.func @no_complete_f64(%x: !m, %p: !v) -> !m {
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (!m) -> (!v, !v)
  %y = bn.normalize %x, %p, %p, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  return %y : !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// Nobody knows what an argument was before it was rounded, and a variance is no mean.
// CHECK-LABEL: @no_complete_given_statistics
// CHECK-NOT: rest
func.func @no_complete_given_statistics(%x: !m, %mean: !v) -> (!m, !m) {
  %0, %variance = bn.statistics %x {featureIndex = 1 : i64} : (!m) -> (!v, !v)
  %1 = bn.normalize %x, %mean, %mean, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  %2 = bn.normalize %x, %mean, %mean, %variance, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !v) -> !m
  return %1, %2 : !m, !m
}

// -----

!m = tensor<16x32xf32>
!v = tensor<32xf32>

// Both parts are one mean.
// CHECK-LABEL: @complete_twice
// CHECK: %{{.*}}, %[[V:.*]], %[[REST:.*]] = bn.statistics
// CHECK: %[[RESTS:.*]] = nn.concat %[[REST]], %[[REST]] axis 0
// CHECK: bn.normalize {{.*}} rest %[[RESTS]]
func.func @complete_twice(%x: !m, %p: tensor<64xf32>) -> tensor<16x64xf32> {
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (!m) -> (!v, !v)
  %0 = nn.concat %mean, %mean axis 0 : (!v, !v) -> tensor<64xf32>
  %1 = nn.concat %x, %x axis 1 : (!m, !m) -> tensor<16x64xf32>
  %2 = bn.normalize %1, %p, %p, %0, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<16x64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<16x64xf32>
  return %2 : tensor<16x64xf32>
}
