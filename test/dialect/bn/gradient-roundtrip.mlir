// Gradients of training batch norm print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @gradient
func.func @gradient(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.gradient %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  %result:3 = bn.gradient %x, %scale, %mean, %variance, %dy {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}
