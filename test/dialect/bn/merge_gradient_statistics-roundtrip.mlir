// What merges sums over runs prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @merge_gradient_statistics
func.func @merge_gradient_statistics(%products: tensor<?x64x56x2xf32>, %gradients: tensor<?x64x56x2xf32>, %variance: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.merge_gradient_statistics %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  %result:2 = bn.merge_gradient_statistics %products, %gradients, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @merge_gradient_statistics_with_rest
func.func @merge_gradient_statistics_with_rest(%sums: tensor<2x4x8x1xf32>, %p: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: bn.merge_gradient_statistics %{{.*}}, %{{.*}}, %[[P:.*]] rest %[[P]] {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  %dscale, %doffset = bn.merge_gradient_statistics %sums, %sums, %p rest %p {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<2x4x8x1xf32>, tensor<2x4x8x1xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %dscale : tensor<4xf32>
}
