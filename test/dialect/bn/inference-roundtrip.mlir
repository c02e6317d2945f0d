// Inference batch norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @inference
func.func @inference(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.inference %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// CHECK-LABEL: @inference_channels_last
func.func @inference_channels_last(%x: tensor<1x8x8x4xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>, %mean: tensor<4xf32>, %variance: tensor<4xf32>) -> tensor<1x8x8x4xf32> {
  // CHECK: bn.inference %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-03 : f64, featureIndex = 3 : i64} : (tensor<1x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-03 : f64, featureIndex = 3 : i64} : (tensor<1x8x8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x8x8x4xf32>
  return %result : tensor<1x8x8x4xf32>
}

// CHECK-LABEL: @inference_matrix
func.func @inference_matrix(%x: tensor<8x4xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>, %mean: tensor<4xf32>, %variance: tensor<4xf32>) -> tensor<8x4xf32> {
  // CHECK: bn.inference %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  return %result : tensor<8x4xf32>
}

// CHECK-LABEL: @inference_mixed_types
func.func @inference_mixed_types(%x: tensor<8x4xbf16>, %scale: tensor<4xf32>, %offset: tensor<4xf32>, %mean: tensor<4xf32>, %variance: tensor<4xf32>) -> tensor<8x4xbf16> {
  // CHECK: bn.inference %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xbf16>
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xbf16>
  return %result : tensor<8x4xbf16>
}

// CHECK-LABEL: @inference_dynamic
func.func @inference_dynamic(%x: tensor<?x?xf32>, %scale: tensor<4xf32>, %offset: tensor<?xf32>, %mean: tensor<4xf32>, %variance: tensor<4xf32>) -> tensor<?x?xf32> {
  // CHECK: bn.inference %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x?xf32>, tensor<4xf32>, tensor<?xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x?xf32>
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x?xf32>, tensor<4xf32>, tensor<?xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x?xf32>
  return %result : tensor<?x?xf32>
}
