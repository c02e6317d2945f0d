// Norms, convolutions and matrix products of narrow data are computed in f32.
// RUN: bn-opt %s --bn-widen-operators --split-input-file | FileCheck %s

// CHECK-LABEL: @widen_norm
func.func @widen_norm(%x: tensor<2x3xbf16>, %scale: tensor<3xf32>) -> tensor<2x3xbf16> {
  // CHECK: %[[WIDE:.*]] = nn.cast %arg0 : (tensor<2x3xbf16>) -> tensor<2x3xf32>
  // CHECK: %[[Y:.*]] = bn.rms_norm %[[WIDE]], %arg1 {{.*}} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  // CHECK: %[[NARROW:.*]] = nn.cast %[[Y]] : (tensor<2x3xf32>) -> tensor<2x3xbf16>
  // CHECK: return %[[NARROW]]
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x3xbf16>, tensor<3xf32>) -> tensor<2x3xbf16>
  return %y : tensor<2x3xbf16>
}

// -----

// CHECK-LABEL: @widen_constant
func.func @widen_constant(%x: tensor<2x2xf16>) -> tensor<2x2xf16> {
  // CHECK: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  // CHECK: bn.rms_norm %{{.*}}, %[[SCALE]] {{.*}} : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %scale = arith.constant dense<[1.0, 2.0]> : tensor<2xf16>
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x2xf16>, tensor<2xf16>) -> tensor<2x2xf16>
  return %y : tensor<2x2xf16>
}

// -----

// CHECK-LABEL: @widen_to_the_widest
func.func @widen_to_the_widest(%x: tensor<1x4xf32>, %scale: tensor<4xf64>) -> tensor<1x4xf32> {
  // CHECK: bn.rms_norm %{{.*}}, %arg1 {{.*}} : (tensor<1x4xf64>, tensor<4xf64>) -> tensor<1x4xf64>
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x4xf32>, tensor<4xf64>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// CHECK-LABEL: @no_widen_f32
func.func @no_widen_f32(%x: tensor<1x4xf32>, %scale: tensor<4xf32>) -> tensor<1x4xf32> {
  // CHECK-NOT: nn.cast
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x4xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// Their kernels read any types.
// CHECK-LABEL: @no_widen_training
func.func @no_widen_training(%x: tensor<2x3xf16>, %scale: tensor<3xf32>) -> tensor<2x3xf16> {
  // CHECK-NOT: nn.cast
  %y, %mean, %variance = bn.training %x, %scale, %scale {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf16>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf16>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<2x3xf16>
}

// -----

// CHECK-LABEL: @no_widen_scale_shift
func.func @no_widen_scale_shift(%x: tensor<1x4xf16>, %scale: tensor<4xf32>) -> tensor<1x4xf16> {
  // CHECK-NOT: nn.cast
  %y = bn.scale_shift %x, %scale, %scale {featureIndex = 1 : i64} : (tensor<1x4xf16>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4xf16>
  return %y : tensor<1x4xf16>
}

// -----

// CHECK-LABEL: @widen_convolution
func.func @widen_convolution(%x: tensor<1x1x4x4xf16>) -> tensor<1x1x4x4xf16> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<2.000000e+00> : tensor<1x1x1x1xf32>
  // CHECK-DAG: %[[WIDE:.*]] = nn.cast %arg0 : (tensor<1x1x4x4xf16>) -> tensor<1x1x4x4xf32>
  // CHECK: %[[Y:.*]] = nn.conv %[[WIDE]], %[[WEIGHTS]]
  // CHECK: nn.cast %[[Y]] : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf16>
  %w = arith.constant dense<2.0> : tensor<1x1x1x1xf16>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf16>, tensor<1x1x1x1xf16>) -> tensor<1x1x4x4xf16>
  return %0 : tensor<1x1x4x4xf16>
}

// -----

// CHECK-LABEL: @widen_product
func.func @widen_product(%a: tensor<2x3xbf16>, %b: tensor<3x4xbf16>) -> tensor<2x4xbf16> {
  // CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %0 = nn.matmul %a, %b : (tensor<2x3xbf16>, tensor<3x4xbf16>) -> tensor<2x4xbf16>
  return %0 : tensor<2x4xbf16>
}
