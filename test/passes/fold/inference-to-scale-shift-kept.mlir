// Parameters that would give NaN stay where the user wants them, with a warning.

// RUN: bn-opt %s --bn-inference-to-scale-shift=keep-invalid --verify-diagnostics | FileCheck %s
// RUN: bn-opt %s --bn-fold=keep-invalid --verify-diagnostics | FileCheck %s

// CHECK-LABEL: @no_convert_negative_root
func.func @no_convert_negative_root(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.conv
  // CHECK-NEXT: bn.inference
  %weights = arith.constant dense<3.0> : tensor<2x2x1xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %variance = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %0 = nn.conv %x, %weights : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  // expected-warning@+1 {{expects 'variance' + 'epsilon' to be positive and finite, but feature 1 has -1 + 0.5; it stays, to be computed at run time}}
  %1 = bn.inference %0, %one, %one, %one, %variance {epsilon = 0.5 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// s = 1e38/1e-15 is no f32.
// CHECK-LABEL: @no_convert_overflow
func.func @no_convert_overflow(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.sigmoid
  // CHECK-NEXT: bn.inference
  %scale = arith.constant dense<1.0e38> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %variance = arith.constant dense<1.0e-30> : tensor<1xf32>
  %0 = nn.sigmoid %x : tensor<1x1x4xf32>
  // expected-warning@+1 {{expects a scale and shift that are finite in f32, but feature 0 has 1e+53 and 0; it stays, to be computed at run time}}
  %1 = bn.inference %0, %scale, %zero, %zero, %variance {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}
