// Scale and offset gradients print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @gradient_statistics
func.func @gradient_statistics(%x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.gradient_statistics %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  %result:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @gradient_statistics_with_rest
func.func @gradient_statistics_with_rest(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %dy: tensor<8x4xf32>, %rest: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: bn.gradient_statistics %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} rest %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %result:2 = bn.gradient_statistics %x, %p, %p, %dy rest %rest {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %result#0 : tensor<4xf32>
}
