// Each constraint of bn.training is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @training_c1(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.training' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

// expected-note@+1 {{offset defined here}}
func.func @training_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<32xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.training' op expects 'offset' to have 64 elements, the size of dimension 1 of 'input', but got 32}}
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @training_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.training' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result:3 = bn.training %x, %scale, %offset {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @training_infers(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>) {
  // expected-error@+2 {{'bn.training' op inferred type(s) 'tensor<?x64x56x56xf32>', 'tensor<64xf32>', 'tensor<64xf32>' are incompatible with return type(s) of operation 'tensor<?x64x56x56xf32>', 'tensor<64xf32>', 'tensor<32xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:3 = bn.training %x, %scale, %offset {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>
}

// -----

func.func @training_narrow_rest(%x: tensor<8x4xbf16>, %scale: tensor<4xbf16>) -> tensor<4xbf16> {
  // expected-error@+1 {{'bn.training' op result #3 must be 1D tensor of 32-bit float or 64-bit float values, but got 'tensor<4xbf16>'}}
  %result:4 = bn.training %x, %scale, %scale {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xbf16>, tensor<4xbf16>, tensor<4xbf16>) -> (tensor<8x4xbf16>, tensor<4xbf16>, tensor<4xbf16>, tensor<4xbf16>)
  return %result#3 : tensor<4xbf16>
}
