// Inference batch norm with constant parameters becomes scale and shift in f64.

// RUN: bn-opt %s --bn-inference-to-scale-shift | FileCheck %s

// s = [2/√4, −3/√9], t = [0.5 − 1·1, −1 − 2·(−1)]
// CHECK-LABEL: @convert_f32
func.func @convert_f32(%x: tensor<?x2x4x4xf32>) -> tensor<?x2x4x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, -1.000000e+00]> : tensor<2xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[-5.000000e-01, 1.000000e+00]> : tensor<2xf64>
  // CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
  %scale = arith.constant dense<[2.0, -3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %mean = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %variance = arith.constant dense<[3.0, 8.0]> : tensor<2xf32>
  %y = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<?x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4x4xf32>
  return %y : tensor<?x2x4x4xf32>
}

// A negative variance is fine as long as epsilon is larger.
// CHECK-LABEL: @convert_negative_variance_f16
func.func @convert_negative_variance_f16(%x: tensor<1x1xf16>) -> tensor<1x1xf16> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<2.000000e+00> : tensor<1xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<0.000000e+00> : tensor<1xf64>
  // CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64} : (tensor<1x1xf16>, tensor<1xf64>, tensor<1xf64>)
  %one = arith.constant dense<1.0> : tensor<1xf16>
  %zero = arith.constant dense<0.0> : tensor<1xf16>
  %variance = arith.constant dense<-0.25> : tensor<1xf16>
  %y = bn.inference %x, %one, %zero, %zero, %variance {epsilon = 0.5 : f64, featureIndex = 1 : i64}
      : (tensor<1x1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>, tensor<1xf16>) -> tensor<1x1xf16>
  return %y : tensor<1x1xf16>
}

// CHECK-LABEL: @no_convert_computed_mean
func.func @no_convert_computed_mean(%x: tensor<1x2xf32>, %mean: tensor<2xf32>) -> tensor<1x2xf32> {
  // CHECK: bn.inference
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %y = bn.inference %x, %one, %one, %mean, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: @no_convert_training
func.func @no_convert_training(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: bn.training
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %y:3 = bn.training %x, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>)
  return %y#0 : tensor<4x2xf32>
}
