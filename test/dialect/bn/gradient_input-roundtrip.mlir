// The input gradient prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @gradient_input
func.func @gradient_input(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>, %scaleGradient: tensor<64xf32>, %offsetGradient: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.gradient_input %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.gradient_input %x, %scale, %mean, %variance, %dy, %scaleGradient, %offsetGradient {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// CHECK-LABEL: @gradient_input_with_rest
func.func @gradient_input_with_rest(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %dy: tensor<8x4xf32>, %rest: tensor<4xf32>) -> tensor<8x4xf32> {
  // CHECK: bn.gradient_input %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} rest %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  %result = bn.gradient_input %x, %p, %p, %p, %dy, %p, %p rest %rest {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  return %result : tensor<8x4xf32>
}
