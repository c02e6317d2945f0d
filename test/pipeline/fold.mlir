// A network before and after the fold phase: what is left when every rule has
// done its part, and that a second run changes nothing.

// RUN: bn-opt %s --bn-fold -o %t.once.mlir
// RUN: bn-opt %t.once.mlir --bn-fold -o %t.twice.mlir
// RUN: diff %t.once.mlir %t.twice.mlir
// RUN: FileCheck %s < %t.once.mlir

// CHECK-LABEL: @network
func.func @network(%x: tensor<1x2x4x4xf32>) -> tensor<1x2xf32> {
  %two = arith.constant dense<2.0> : tensor<2xf32>
  %four = arith.constant dense<4.0> : tensor<2xf32>
  %weights = arith.constant dense<1.0> : tensor<2x2x1x1xf32>
  %scale = arith.constant dense<3.0> : tensor<2x1x1xf32>
  %shift = arith.constant dense<-1.0> : tensor<2x1x1xf32>
  %matrix = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>

  // Nothing above the first normalization: the convolution below takes it.
  // s = 2/√4 = 1, t = 4 − 2·1 = 2
  %0 = bn.inference %x, %two, %four, %two, %two {epsilon = 2.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>

  // It takes another one and Caffe's scale, 3·(1·y + 2) − 1, from below: with
  // weights of 1, y = (x₀ + 2) + (x₁ + 2), all in all 3·(x₀ + x₁) + 17.
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<3.000000e+00> : tensor<2x2x1x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<1.700000e+01> : tensor<2xf32>
  // CHECK: %[[CONV:.*]] = nn.conv %arg0, %[[WEIGHTS]] bias %[[BIAS]] :
  // CHECK-NEXT: %[[RELU:.*]] = nn.relu %[[CONV]]
  %1 = nn.conv %0, %weights : (tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %2 = bn.inference %1, %two, %four, %two, %two {epsilon = 2.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %3 = nn.mul %2, %scale : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %4 = nn.add %3, %shift : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %5 = nn.relu %4 : tensor<1x2x4x4xf32>

  // A dense layer as most exporters write it.
  // CHECK-NEXT: %[[POOLED:.*]] = nn.reduce_mean %[[RELU]]
  // CHECK-NEXT: %[[DENSE:.*]] = nn.gemm %[[POOLED]], %{{.*}} bias %{{.*}} :
  // CHECK-NEXT: return %[[DENSE]]
  %6 = nn.reduce_mean %5 axes [2, 3] : (tensor<1x2x4x4xf32>) -> tensor<1x2xf32>
  %7 = nn.matmul %6, %matrix : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %8 = nn.add %7, %four : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %8 : tensor<1x2xf32>
}
