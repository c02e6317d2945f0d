// What merges sums over runs prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @merge_statistics
func.func @merge_statistics(%first: tensor<?x64x56x2xf32>, %distances: tensor<?x64x56x2xf32>, %squares: tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.merge_statistics %{{.*}}, %{{.*}}, %{{.*}} {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  %result:2 = bn.merge_statistics %first, %distances, %squares {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @merge_statistics_with_rest
func.func @merge_statistics_with_rest(%runs: tensor<2x4x8x1xf32>) -> tensor<4xf32> {
  // CHECK: bn.merge_statistics %{{.*}}, %{{.*}}, %{{.*}} {featureIndex = 1 : i64, run = 8 : i64} : (tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  %mean, %variance, %rest = bn.merge_statistics %runs, %runs, %runs {featureIndex = 1 : i64, run = 8 : i64} : (tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %rest : tensor<4xf32>
}
