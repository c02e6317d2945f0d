// Each constraint of bn.group_norm_gradient is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @group_norm_gradient_c1(%x: tensor<64xf32>, %scale: tensor<64xf32>, %dy: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'input' to have at least 2 dimensions, but got 1}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<64xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

// expected-note@+1 {{scale defined here}}
func.func @group_norm_gradient_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<4xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<4xf32>, tensor<4xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'scale' to have 64 elements, the size of dimension 1 of 'input', but got 4}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<4xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<4xf32>, tensor<4xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @group_norm_gradient_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = -1.0e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @group_norm_gradient_c4(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'groups' to divide 64 input channels, but got 3}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.0e-05 : f64, groups = 3 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @group_norm_gradient_c4_not_positive(%x: tensor<?x?x8xf32>, %scale: tensor<?xf32>, %dy: tensor<?x?x8xf32>) -> (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'groups' to be positive, but got 0}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.0e-05 : f64, groups = 0 : i64} : (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?x?x8xf32>) -> (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

func.func @group_norm_gradient_c5(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %dy: tensor<?x64x56x55xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'outputGradient' to have the shape of 'input', 'tensor<?x64x56x56xf32>', but got 'tensor<?x64x56x55xf32>'}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x55xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @group_norm_gradient_infers(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %dy: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>) {
  // expected-error@+2 {{'bn.group_norm_gradient' op inferred type(s) 'tensor<?x64x56x56xf32>', 'tensor<64xf32>', 'tensor<64xf32>' are incompatible with return type(s) of operation 'tensor<?x64x56x56xf32>', 'tensor<64xf32>', 'tensor<32xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<32xf32>
}

// -----

func.func @group_norm_gradient_c6(%x: tensor<6x4x8x8xf32>, %scale: tensor<4xf32>, %dy: tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<0x4xf32>, tensor<0x4xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'parts' to be positive, but got 0}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 2 : i64, parts = 0 : i64} : (tensor<6x4x8x8xf32>, tensor<4xf32>, tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<0x4xf32>, tensor<0x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x4x8x8xf32>, tensor<0x4xf32>, tensor<0x4xf32>
}

// -----

func.func @group_norm_gradient_c6_divides(%x: tensor<6x4x8x8xf32>, %scale: tensor<4xf32>, %dy: tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>) {
  // expected-error@+1 {{'bn.group_norm_gradient' op expects 'parts' to divide 6 samples, but got 5}}
  %result:3 = bn.group_norm_gradient %x, %scale, %dy {epsilon = 1.000000e-05 : f64, groups = 2 : i64, parts = 5 : i64} : (tensor<6x4x8x8xf32>, tensor<4xf32>, tensor<6x4x8x8xf32>) -> (tensor<6x4x8x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>)
  return %result#0, %result#1, %result#2 : tensor<6x4x8x8xf32>, tensor<5x4xf32>, tensor<5x4xf32>
}
