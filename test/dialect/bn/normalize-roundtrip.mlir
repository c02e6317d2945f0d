// The second part of training batch norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @normalize
func.func @normalize(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.normalize %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}
