// Transposes print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @transpose_nchw_to_nhwc
func.func @transpose_nchw_to_nhwc(%x: tensor<?x4x8x9xf32>) -> tensor<?x8x9x4xf32> {
  // CHECK: nn.transpose %{{.*}} permutation [0, 2, 3, 1] : (tensor<?x4x8x9xf32>) -> tensor<?x8x9x4xf32>
  %result = nn.transpose %x permutation [0, 2, 3, 1] : (tensor<?x4x8x9xf32>) -> tensor<?x8x9x4xf32>
  return %result : tensor<?x8x9x4xf32>
}
