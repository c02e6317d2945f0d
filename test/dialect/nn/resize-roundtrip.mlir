// Resizes print and parse in every mode.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @resize_nearest
func.func @resize_nearest(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x16x12xf32> {
  // CHECK: nn.resize %{{.*}} nearest : (tensor<1x4x8x8xf32>) -> tensor<1x4x16x12xf32>
  %result = nn.resize %x nearest : (tensor<1x4x8x8xf32>) -> tensor<1x4x16x12xf32>
  return %result : tensor<1x4x16x12xf32>
}

// CHECK-LABEL: @resize_linear_asymmetric
func.func @resize_linear_asymmetric(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x16x16xf32> {
  // CHECK: nn.resize %{{.*}} linear asymmetric : (tensor<?x4x8x8xf32>) -> tensor<?x4x16x16xf32>
  %result = nn.resize %x linear asymmetric : (tensor<?x4x8x8xf32>) -> tensor<?x4x16x16xf32>
  return %result : tensor<?x4x16x16xf32>
}
