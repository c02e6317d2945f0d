// Training batch norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @training
func.func @training(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // CHECK: bn.training %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// CHECK-LABEL: @training_dynamic
func.func @training_dynamic(%x: tensor<?x?x8xf32>, %scale: tensor<?xf32>, %offset: tensor<4xf32>) -> (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: bn.training %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x?x8xf32>, tensor<?xf32>, tensor<4xf32>) -> (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>)
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x?x8xf32>, tensor<?xf32>, tensor<4xf32>) -> (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: @training_statistics_of_scale_type
func.func @training_statistics_of_scale_type(%x: tensor<8x4xbf16>, %scale: tensor<4xf32>, %offset: tensor<4xf32>) -> (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: bn.training %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>) -> (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>)
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>) -> (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>)
  return %result#0, %result#1, %result#2 : tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @training_with_rest
func.func @training_with_rest(%x: tensor<8x4xbf16>, %scale: tensor<4xf32>, %offset: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: bn.training %{{.*}}, %{{.*}}, %{{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>) -> (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  %result:4 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>) -> (tensor<8x4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %result#3 : tensor<4xf32>
}
