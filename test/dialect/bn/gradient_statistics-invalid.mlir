// Each constraint of bn.gradient_statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @gradient_statistics_c1(%x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.gradient_statistics' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

// expected-note@+1 {{mean defined here}}
func.func @gradient_statistics_c2(%x: tensor<?x64x56x56xf32>, %mean: tensor<32xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.gradient_statistics' op expects 'mean' to have 64 elements, the size of dimension 1 of 'input', but got 32}}
  %result:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<32xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @gradient_statistics_c3(%x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.gradient_statistics' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @gradient_statistics_c4(%x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>, %dy: tensor<?x64x56x55xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.gradient_statistics' op expects 'outputGradient' to have the shape of 'input', 'tensor<?x64x56x56xf32>', but got 'tensor<?x64x56x55xf32>'}}
  %result:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<?x64x56x55xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

// expected-note@+1 {{meanRest defined here}}
func.func @gradient_statistics_rest_c2(%x: tensor<8x4xf32>, %p: tensor<4xf32>, %rest: tensor<3xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'bn.gradient_statistics' op expects 'meanRest' to have 4 elements, the size of dimension 1 of 'input', but got 3}}
  %result:2 = bn.gradient_statistics %x, %p, %p, %x rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %result#0 : tensor<4xf32>
}
