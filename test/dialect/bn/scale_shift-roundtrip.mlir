// Scale-shifts print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @scale_shift
func.func @scale_shift(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %shift: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // CHECK: bn.scale_shift %{{.*}}, %{{.*}}, %{{.*}} {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  %result = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}
