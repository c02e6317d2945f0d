// Constraints of nn.gate.

// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @gate_c1(%dy: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{'nn.gate' op expects 'highest' to be a number, but got NaN}}
  %dx = nn.gate %dy, %y between [0.0, 0x7FF8000000000000] : tensor<3xf32>
  return %dx : tensor<3xf32>
}

// -----

func.func @gate_c2(%dy: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
  // expected-error @below {{'nn.gate' op expects 'slope' to be finite, but got INF}}
  %dx = nn.gate %dy, %y between [0.0, 1.0] slope 0x7FF0000000000000 : tensor<3xf32>
  return %dx : tensor<3xf32>
}
