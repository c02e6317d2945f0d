// Each constraint of bn.partial_statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @partial_statistics_c1(%x: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_statistics' op expects 'featureIndex' to be in 0..2, the dimensions of 'input' but the last, but got 3}}
  %result:3 = bn.partial_statistics %x {featureIndex = 3 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}

// -----

func.func @partial_statistics_c2(%x: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) {
  // expected-error@+1 {{'bn.partial_statistics' op expects 'run' to divide 56, the last dimension of 'input', but got 25}}
  %result:3 = bn.partial_statistics %x {featureIndex = 1 : i64, run = 25 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>
}

// -----

func.func @partial_statistics_c2_positive(%x: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>) {
  // expected-error@+1 {{'bn.partial_statistics' op expects 'run' to be positive, but got 0}}
  %result:3 = bn.partial_statistics %x {featureIndex = 1 : i64, run = 0 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>
}

// -----

func.func @partial_statistics_infers(%x: tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>) {
  // expected-error@+2 {{'bn.partial_statistics' op inferred type(s) 'tensor<?x64x56x2xf32>', 'tensor<?x64x56x2xf32>', 'tensor<?x64x56x2xf32>' are incompatible with return type(s) of operation 'tensor<?x64x56x56xf32>', 'tensor<?x64x56x56xf32>', 'tensor<?x64x56x56xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result:3 = bn.partial_statistics %x {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x56xf32>) -> (tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>)
  return %result#0, %result#1, %result#2 : tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>, tensor<?x64x56x56xf32>
}
