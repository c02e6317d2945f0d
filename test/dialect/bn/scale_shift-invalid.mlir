// Each constraint of bn.scale_shift is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @scale_shift_c1(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %shift: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.scale_shift' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result = bn.scale_shift %x, %scale, %shift {featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{shift defined here}}
func.func @scale_shift_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %shift: tensor<1xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.scale_shift' op expects 'shift' to have 64 elements, the size of dimension 1 of 'input', but got 1}}
  %result = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<1xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}
