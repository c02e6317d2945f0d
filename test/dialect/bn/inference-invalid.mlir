// Each constraint of bn.inference is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @inference_c1(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{scale defined here}}
func.func @inference_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<32xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'scale' to have 64 elements, the size of dimension 1 of 'input', but got 32}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<32xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @inference_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{offset defined here}}
func.func @inference_c2_offset(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<65xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'offset' to have 64 elements, the size of dimension 1 of 'input', but got 65}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<65xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{mean defined here}}
func.func @inference_c2_mean(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<65xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'mean' to have 64 elements, the size of dimension 1 of 'input', but got 65}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<65xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

// expected-note@+1 {{variance defined here}}
func.func @inference_c2_variance(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<65xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'variance' to have 64 elements, the size of dimension 1 of 'input', but got 65}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<65xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @inference_c1_negative(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got -1}}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = -1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @inference_c3_infinite(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>, %mean: tensor<64xf32>, %variance: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.inference' op expects 'epsilon' to be finite and not negative, but got }}
  %result = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 0x7FF0000000000000 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}
