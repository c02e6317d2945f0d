// Each constraint of bn.gradient_input is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @gradient_input_c1(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>, %scaleGradient: tensor<64xf32>, %offsetGradient: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.gradient_input' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result = bn.gradient_input %x, %scale, %mean, %variance, %dy, %scaleGradient, %offsetGradient {epsilon = 1.0e-05 : f64, featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{scaleGradient defined here}}
func.func @gradient_input_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>, %scaleGradient: tensor<32xf32>, %offsetGradient: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.gradient_input' op expects 'scaleGradient' to have 64 elements, the size of dimension 1 of 'input', but got 32}}
  %result = bn.gradient_input %x, %scale, %mean, %variance, %dy, %scaleGradient, %offsetGradient {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>, tensor<32xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @gradient_input_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>, %scaleGradient: tensor<64xf32>, %offsetGradient: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.gradient_input' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result = bn.gradient_input %x, %scale, %mean, %variance, %dy, %scaleGradient, %offsetGradient {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{meanRest defined here}}
func.func @gradient_input_rest_c2(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %rest: tensor<3xf32>) -> tensor<8x4xf32> {
  // expected-error@+1 {{'bn.gradient_input' op expects 'meanRest' to have 4 elements, the size of dimension 1 of 'input', but got 3}}
  %result = bn.gradient_input %x, %p, %p, %p, %x, %p, %p rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<8x4xf32>
  return %result : tensor<8x4xf32>
}
