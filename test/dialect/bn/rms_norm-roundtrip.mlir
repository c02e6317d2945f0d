// RMS norm prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @rms_norm
func.func @rms_norm(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>) -> tensor<?x16x8x4xf32> {
  // CHECK: bn.rms_norm %{{.*}}, %{{.*}} {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  %result = bn.rms_norm %x, %scale {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  return %result : tensor<?x16x8x4xf32>
}
