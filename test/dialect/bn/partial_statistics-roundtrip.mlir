// Sums over runs print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @partial_statistics
func.func @partial_statistics(%x: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // CHECK: bn.partial_statistics %{{.*}} {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  %result:3 = bn.partial_statistics %x {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}
