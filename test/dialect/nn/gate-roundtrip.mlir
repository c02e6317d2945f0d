// The textual form of nn.gate.

// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @gate
func.func @gate(%dy: tensor<?x4x8xf32>, %y: tensor<?x4x8xf32>) -> tensor<?x4x8xf32> {
  // CHECK: nn.gate %{{.*}}, %{{.*}} between [0.000000e+00, 0x7FF0000000000000] : tensor<?x4x8xf32>
  %dx = nn.gate %dy, %y between [0.0, 0x7FF0000000000000] : tensor<?x4x8xf32>
  return %dx : tensor<?x4x8xf32>
}

// CHECK-LABEL: @gate_slope
func.func @gate_slope(%dy: tensor<3xf16>, %y: tensor<3xf16>) -> tensor<3xf16> {
  // CHECK: nn.gate %{{.*}}, %{{.*}} between [-1.000000e+00, 6.000000e+00] slope 1.000000e-02 : tensor<3xf16>
  %dx = nn.gate %dy, %y between [-1.0, 6.0] slope 0.01 : tensor<3xf16>
  return %dx : tensor<3xf16>
}
