// Elementwise operators take floating-point tensors of a known rank.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @relu_of_integers(%x: tensor<4xi32>) -> tensor<4xi32> {
  // expected-error@+1 {{'nn.relu' op operand #0 must be ranked tensor of floating-point values, but got 'tensor<4xi32>'}}
  %result = nn.relu %x : tensor<4xi32>
  return %result : tensor<4xi32>
}
