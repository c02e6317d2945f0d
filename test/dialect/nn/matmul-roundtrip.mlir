// Batched matrix products print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @matmul_plain
func.func @matmul_plain(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %result = nn.matmul %x, %y : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// CHECK-LABEL: @matmul_broadcast
func.func @matmul_broadcast(%x: tensor<5x1x2x3xf32>, %y: tensor<6x3x4xf32>) -> tensor<5x6x2x4xf32> {
  // CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<5x1x2x3xf32>, tensor<6x3x4xf32>) -> tensor<5x6x2x4xf32>
  %result = nn.matmul %x, %y : (tensor<5x1x2x3xf32>, tensor<6x3x4xf32>) -> tensor<5x6x2x4xf32>
  return %result : tensor<5x6x2x4xf32>
}

// CHECK-LABEL: @matmul_dynamic
func.func @matmul_dynamic(%x: tensor<?x2x?xf32>, %y: tensor<?x4xf32>) -> tensor<?x2x4xf32> {
  // CHECK: nn.matmul %{{.*}}, %{{.*}} : (tensor<?x2x?xf32>, tensor<?x4xf32>) -> tensor<?x2x4xf32>
  %result = nn.matmul %x, %y : (tensor<?x2x?xf32>, tensor<?x4xf32>) -> tensor<?x2x4xf32>
  return %result : tensor<?x2x4xf32>
}
