// A cast changes the element type alone.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @cast_to_other_shape(%x: tensor<4xf32>) -> tensor<5xf16> {
  // expected-error@+1 {{'nn.cast' op requires the same shape for all operands and results}}
  %result = nn.cast %x : (tensor<4xf32>) -> tensor<5xf16>
  return %result : tensor<5xf16>
}

// -----

func.func @cast_to_integers(%x: tensor<4xf32>) -> tensor<4xi32> {
  // expected-error@+1 {{'nn.cast' op result #0 must be ranked tensor of floating-point values, but got 'tensor<4xi32>'}}
  %result = nn.cast %x : (tensor<4xf32>) -> tensor<4xi32>
  return %result : tensor<4xi32>
}
