// Each constraint of bn.rms_norm is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @rms_norm_c1(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>) -> tensor<?x16x8x4xf32> {
  // expected-error@+1 {{'bn.rms_norm' op expects 'axis' to be in 0..3, the dimensions of 'input', but got 4}}
  %result = bn.rms_norm %x, %scale {axis = 4 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  return %result : tensor<?x16x8x4xf32>
}

// -----

func.func @rms_norm_c2(%x: tensor<?x16x8x4xf32>, %scale: tensor<4xf32>) -> tensor<?x16x8x4xf32> {
  // expected-error@+1 {{'bn.rms_norm' op expects 'scale' to have the shape of dimensions 2 and later of 'input', 'tensor<?x16x8x4xf32>', but got 'tensor<4xf32>'}}
  %result = bn.rms_norm %x, %scale {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<4xf32>) -> tensor<?x16x8x4xf32>
  return %result : tensor<?x16x8x4xf32>
}

// -----

func.func @rms_norm_c3(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>) -> tensor<?x16x8x4xf32> {
  // expected-error@+1 {{'bn.rms_norm' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result = bn.rms_norm %x, %scale {axis = 2 : i64, epsilon = -1.0e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>) -> tensor<?x16x8x4xf32>
  return %result : tensor<?x16x8x4xf32>
}
