// Layer norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @layer_norm
func.func @layer_norm(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %offset: tensor<8x4xf32>) -> tensor<?x16x8x4xf32> {
  // CHECK: bn.layer_norm %{{.*}}, %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  %result = bn.layer_norm %x, %scale, %offset {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  return %result : tensor<?x16x8x4xf32>
}

// CHECK-LABEL: @layer_norm_no_offset
func.func @layer_norm_no_offset(%x: tensor<?x16x4xf32>, %scale: tensor<4xf32>) -> tensor<?x16x4xf32> {
  // CHECK: bn.layer_norm %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x4xf32>, tensor<4xf32>) -> tensor<?x16x4xf32>
  %result = bn.layer_norm %x, %scale {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x4xf32>, tensor<4xf32>) -> tensor<?x16x4xf32>
  return %result : tensor<?x16x4xf32>
}
