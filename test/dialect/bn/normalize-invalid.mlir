// Each constraint of bn.normalize is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @normalize_c1(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.normalize' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{variance defined here}}
func.func @normalize_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<32xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.normalize' op expects 'variance' to have 64 elements, the size of dimension 1 of 'input', but got 32}}
  %result = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<32xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @normalize_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.normalize' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{meanRest defined here}}
func.func @normalize_rest_c2(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %rest: tensor<3xf32>) -> tensor<8x4xf32> {
  // expected-error@+1 {{'bn.normalize' op expects 'meanRest' to have 4 elements, the size of dimension 1 of 'input', but got 3}}
  %result = bn.normalize %x, %p, %p, %p, %p rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<8x4xf32>
  return %result : tensor<8x4xf32>
}
