// Casts print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @cast
func.func @cast(%x: tensor<?x4xf32>) -> tensor<?x4xbf16> {
  // CHECK: nn.cast %{{.*}} : (tensor<?x4xf32>) -> tensor<?x4xbf16>
  %result = nn.cast %x : (tensor<?x4xf32>) -> tensor<?x4xbf16>
  return %result : tensor<?x4xbf16>
}
