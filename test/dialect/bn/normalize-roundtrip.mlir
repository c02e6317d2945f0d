// The second part of training batch norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @normalize
func.func @normalize(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.normalize %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// CHECK-LABEL: @normalize_with_rest
func.func @normalize_with_rest(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %rest: tensor<4xf32>) -> tensor<8x4xf32> {
  // CHECK: bn.normalize %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} rest %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  %result = bn.normalize %x, %p, %p, %p, %p rest %rest {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<8x4xf32>
  return %result : tensor<8x4xf32>
}
