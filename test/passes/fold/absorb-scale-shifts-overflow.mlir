// What is not finite in the type of the data folds where the weights are, and is
// an error where it would stay.

// RUN: bn-opt %s --bn-inference-to-scale-shift --bn-absorb-scale-shifts --split-input-file --verify-diagnostics | FileCheck %s
// RUN: bn-opt %s --bn-fold --split-input-file --verify-diagnostics | FileCheck %s

// s = 1e38/1e-15, too large for f32, and weights of 1e-20·s.
// CHECK-LABEL: @fold_overflow_into_weights
func.func @fold_overflow_into_weights(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[WEIGHTS:.*]] = arith.constant dense<9.99999917E+32> : tensor<1x1x1xf32>
  // CHECK-NEXT: %[[CONV:.*]] = nn.conv %arg0, %[[WEIGHTS]]
  // CHECK-NEXT: return %[[CONV]]
  %weights = arith.constant dense<1.0e-20> : tensor<1x1x1xf32>
  %scale = arith.constant dense<1.0e38> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %variance = arith.constant dense<1.0e-30> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = bn.inference %0, %scale, %zero, %zero, %variance {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

func.func @overflow_stays(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %scale = arith.constant dense<[1.0, 1.0e38]> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %variance = arith.constant dense<[1.0, 1.0e-30]> : tensor<2xf32>
  %0 = nn.sigmoid %x : tensor<1x2x4xf32>
  // expected-error@+1 {{expects a scale and shift that are finite in f32, but feature 1 has 1e+53 and 0}}
  %1 = bn.inference %0, %scale, %zero, %zero, %variance {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// Numbers of f64 data are computed in f64.
// CHECK-LABEL: @keep_scale_of_f64
func.func @keep_scale_of_f64(%x: tensor<1x1x4xf64>) -> tensor<1x1x4xf64> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<1.0e50> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.sigmoid %x : tensor<1x1x4xf64>
  %1 = bn.scale_shift %0, %scale, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf64>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf64>
  return %1 : tensor<1x1x4xf64>
}

// -----

// Each is finite, their product is not.
// CHECK-LABEL: @no_merge_overflow
func.func @no_merge_overflow(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+30, 5.000000e-01]> : tensor<2xf32>
  // CHECK: %[[FIRST:.*]] = bn.scale_shift %{{.*}}, %[[SCALE]]
  // CHECK-NEXT: bn.scale_shift %[[FIRST]], %[[SCALE]]
  %scale = arith.constant dense<[1.0e30, 0.5]> : tensor<2xf64>
  %shift = arith.constant dense<[0.0, 0.25]> : tensor<2xf64>
  %0 = nn.sigmoid %x : tensor<1x2x4xf32>
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// Nor through a relu between them, upwards or downwards.
// CHECK-LABEL: @no_merge_overflow_through_relu
func.func @no_merge_overflow_through_relu(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  // CHECK-NEXT: nn.relu
  // CHECK-NEXT: bn.scale_shift
  %scale = arith.constant dense<1.0e30> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.sigmoid %x : tensor<1x1x4xf32>
  %1 = bn.scale_shift %0, %scale, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %2 = nn.relu %1 : tensor<1x1x4xf32>
  %3 = bn.scale_shift %2, %scale, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// Two that cancel become one, or go where there is none.
// CHECK-LABEL: @fold_overflow_into_scale_shift
func.func @fold_overflow_into_scale_shift(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[SIGMOID:.*]] = nn.sigmoid
  // CHECK-NEXT: %[[RELU:.*]] = nn.relu %[[SIGMOID]]
  // CHECK-NEXT: bn.scale_shift %[[RELU]]
  // CHECK-NEXT: return
  %scale = arith.constant dense<1.0e50> : tensor<1xf64>
  %inverse = arith.constant dense<2.0e-50> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.sigmoid %x : tensor<1x1x4xf32>
  %1 = bn.scale_shift %0, %scale, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %2 = nn.relu %1 : tensor<1x1x4xf32>
  %3 = bn.scale_shift %2, %inverse, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}
