// Each constraint of bn.layer_norm_gradient is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @layer_norm_gradient_c1(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'axis' to be in 0..3, the dimensions of 'input', but got 4}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 4 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

func.func @layer_norm_gradient_c2(%x: tensor<?x16x8x4xf32>, %scale: tensor<4xf32>, %dy: tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'scale' to have the shape of dimensions 2 and later of 'input', 'tensor<?x16x8x4xf32>', but got 'tensor<4xf32>'}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @layer_norm_gradient_c3(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = -1.0e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

func.func @layer_norm_gradient_c4(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<?x16x8xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'outputGradient' to have the shape of 'input', 'tensor<?x16x8x4xf32>', but got 'tensor<?x16x8xf32>'}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// -----

func.func @layer_norm_gradient_infers(%x: tensor<?x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x5xf32>) {
  // expected-error@+2 {{'bn.layer_norm_gradient' op inferred type(s) 'tensor<?x16x8x4xf32>', 'tensor<8x4xf32>', 'tensor<8x4xf32>' are incompatible with return type(s) of operation 'tensor<?x16x8x4xf32>', 'tensor<8x4xf32>', 'tensor<8x5xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64} : (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<?x16x8x4xf32>) -> (tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x5xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x16x8x4xf32>, tensor<8x4xf32>, tensor<8x5xf32>
}

// -----

func.func @layer_norm_gradient_c5(%x: tensor<6x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<0x8x4xf32>, tensor<0x8x4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'parts' to be positive, but got 0}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64, parts = 0 : i64} : (tensor<6x16x8x4xf32>, tensor<8x4xf32>, tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<0x8x4xf32>, tensor<0x8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x16x8x4xf32>, tensor<0x8x4xf32>, tensor<0x8x4xf32>
}

// -----

func.func @layer_norm_gradient_c5_divides(%x: tensor<6x16x8x4xf32>, %scale: tensor<8x4xf32>, %dy: tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<5x8x4xf32>, tensor<5x8x4xf32>) {
  // expected-error@+1 {{'bn.layer_norm_gradient' op expects 'parts' to divide 96 rows, but got 5}}
  %result:3 = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 1.000000e-05 : f64, parts = 5 : i64} : (tensor<6x16x8x4xf32>, tensor<8x4xf32>, tensor<6x16x8x4xf32>) -> (tensor<6x16x8x4xf32>, tensor<5x8x4xf32>, tensor<5x8x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x16x8x4xf32>, tensor<5x8x4xf32>, tensor<5x8x4xf32>
}
