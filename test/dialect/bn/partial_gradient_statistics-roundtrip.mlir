// Sums over runs print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @partial_gradient_statistics
func.func @partial_gradient_statistics(%dy: tensor<?x64x56x56xf32>, %x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // CHECK: bn.partial_gradient_statistics %{{.*}}, %{{.*}}, %{{.*}} {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  %result:2 = bn.partial_gradient_statistics %dy, %x, %mean {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}
