// Each constraint of bn.group_norm is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @group_norm_c1(%x: tensor<64xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> tensor<64xf32> {
  // expected-error@+1 {{'bn.group_norm' op expects 'input' to have at least 2 dimensions, but got 1}}
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
  return %result : tensor<64xf32>
}

// -----

// expected-note@+1 {{offset defined here}}
func.func @group_norm_c2(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<4xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.group_norm' op expects 'offset' to have 64 elements, the size of dimension 1 of 'input', but got 4}}
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.000000e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<4xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @group_norm_c3(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.group_norm' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result = bn.group_norm %x, %scale, %offset {epsilon = -1.0e-05 : f64, groups = 4 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}

// -----

func.func @group_norm_c4_not_positive(%x: tensor<?x?x8xf32>, %scale: tensor<?xf32>, %offset: tensor<?xf32>) -> tensor<?x?x8xf32> {
  // expected-error@+1 {{'bn.group_norm' op expects 'groups' to be positive, but got 0}}
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.0e-05 : f64, groups = 0 : i64} : (tensor<?x?x8xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x?x8xf32>
  return %result : tensor<?x?x8xf32>
}

// -----

func.func @group_norm_c4(%x: tensor<?x64x56x56xf32>, %scale: tensor<64xf32>, %offset: tensor<64xf32>) -> tensor<?x64x56x56xf32> {
  // expected-error@+1 {{'bn.group_norm' op expects 'groups' to divide 64 input channels, but got 3}}
  %result = bn.group_norm %x, %scale, %offset {epsilon = 1.0e-05 : f64, groups = 3 : i64} : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<?x64x56x56xf32>
  return %result : tensor<?x64x56x56xf32>
}
