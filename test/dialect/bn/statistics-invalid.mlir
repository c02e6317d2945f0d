// Each constraint of bn.statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @statistics_c1(%x: tensor<?x64x56x56xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // expected-error@+1 {{'bn.statistics' op expects 'featureIndex' to be in 0..3, the dimensions of 'input', but got 4}}
  %result:2 = bn.statistics %x {featureIndex = 4 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1 : tensor<?xf32>, tensor<?xf32>
}

// -----

func.func @statistics_infers(%x: tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<56xf32>) {
  // expected-error@+2 {{'bn.statistics' op inferred type(s) 'tensor<64xf32>', 'tensor<64xf32>' are incompatible with return type(s) of operation 'tensor<64xf32>', 'tensor<56xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<64xf32>, tensor<56xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<56xf32>
}

// -----

func.func @statistics_rest_of_another_type(%x: tensor<8x4xf32>) -> tensor<4xf64> {
  // expected-error@+2 {{'bn.statistics' op inferred type(s) 'tensor<4xf32>', 'tensor<4xf32>' are incompatible with return type(s) of operation 'tensor<4xf32>', 'tensor<4xf32>', 'tensor<4xf64>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:3 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf64>)
  return %result#2 : tensor<4xf64>
}
