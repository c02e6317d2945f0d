// Batch statistics print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @statistics
func.func @statistics(%x: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.statistics %{{.*}} {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  %result:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @statistics_of_bf16
func.func @statistics_of_bf16(%x: tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: bn.statistics %{{.*}} {featureIndex = 1 : i64} : (tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>)
  %result:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>)
  return %result#0, %result#1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @statistics_of_f64
func.func @statistics_of_f64(%x: tensor<8x?xf64>) -> (tensor<?xf64>, tensor<?xf64>) {
  // CHECK: bn.statistics %{{.*}} {featureIndex = 1 : i64} : (tensor<8x?xf64>) -> (tensor<?xf64>, tensor<?xf64>)
  %result:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x?xf64>) -> (tensor<?xf64>, tensor<?xf64>)
  return %result#0, %result#1 : tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: @statistics_with_rest
func.func @statistics_with_rest(%x: tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>) {
  // CHECK: bn.statistics %{{.*}} {featureIndex = 1 : i64} : (tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  %mean, %variance, %rest = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x4xbf16>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %mean, %rest : tensor<4xf32>, tensor<4xf32>
}
