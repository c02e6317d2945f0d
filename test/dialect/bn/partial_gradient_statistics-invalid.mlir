// Each constraint of bn.partial_gradient_statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @partial_gradient_statistics_c1(%dy: tensor<?x64x56x56xf32>, %x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_gradient_statistics' op expects 'featureIndex' to be in 0..2, the dimensions of 'outputGradient' but the last, but got 3}}
  %result:2 = bn.partial_gradient_statistics %dy, %x, %mean {featureIndex = 3 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}

// -----

func.func @partial_gradient_statistics_c2(%dy: tensor<?x64x56x56xf32>, %x: tensor<?x64x56x56xf32>, %mean: tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_gradient_statistics' op expects 'run' to divide 56, the last dimension of 'outputGradient', but got 25}}
  %result:2 = bn.partial_gradient_statistics %dy, %x, %mean {featureIndex = 1 : i64, run = 25 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}

// -----

func.func @partial_gradient_statistics_c3(%dy: tensor<?x64x56x56xf32>, %x: tensor<?x64x56x28xf32>, %mean: tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_gradient_statistics' op expects 'input' to have the shape of 'outputGradient', 'tensor<?x64x56x56xf32>', but got 'tensor<?x64x56x28xf32>'}}
  %result:2 = bn.partial_gradient_statistics %dy, %x, %mean {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x28xf32>, tensor<64xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}

// -----

func.func @partial_gradient_statistics_c4(%dy: tensor<?x64x56x56xf32>, %x: tensor<?x64x56x56xf32>, %mean: tensor<32xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_gradient_statistics' op expects 'mean' to have 64 elements, the size of dimension 1 of 'outputGradient', but got 32}}
  %result:2 = bn.partial_gradient_statistics %dy, %x, %mean {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<32xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}
