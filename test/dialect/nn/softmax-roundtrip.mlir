// Softmax prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @softmax_axis
func.func @softmax_axis(%x: tensor<?x1000xf32>) -> tensor<?x1000xf32> {
  // CHECK: nn.softmax %{{.*}} axis 1 : tensor<?x1000xf32>
  %result = nn.softmax %x axis 1 : tensor<?x1000xf32>
  return %result : tensor<?x1000xf32>
}
