// Gradients of layer norm print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @layer_norm_gradient
func.func @layer_norm_gradient(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  // CHECK: bn.layer_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// CHECK-LABEL: @layer_norm_gradient_dynamic
func.func @layer_norm_gradient_dynamic(%x: tensor<?x?xf32>, %scale: tensor<?xf32>, %dy: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>) {
  // CHECK: bn.layer_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 1 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: @layer_norm_gradient_parts
func.func @layer_norm_gradient_parts(%x: tensor<6x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<12x8x4xf32>, tensor<12x8x4xf32>) {
  // CHECK: bn.layer_norm_gradient %{{.*}}, %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64, parts = 12 : i64} : (tensor<6x16x8x4xf32>, tensor<8x4xf32>, tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<12x8x4xf32>, tensor<12x8x4xf32>)
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64, parts = 12 : i64} : (tensor<6x16x8x4xf32>, tensor<8x4xf32>, tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<12x8x4xf32>, tensor<12x8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x16x8x4xf32>, tensor<12x8x4xf32>, tensor<12x8x4xf32>
}
