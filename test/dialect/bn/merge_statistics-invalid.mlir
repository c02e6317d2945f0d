// Each constraint of bn.merge_statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @merge_statistics_c1(%first: tensor<?x64x56x2xf32>, %distances: tensor<?x64x56x2xf32>, %squares: tensor<?x64x56x2xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // expected-error@+1 {{'bn.merge_statistics' op expects 'featureIndex' to be in 0..2, the dimensions of 'first' but the last, but got 3}}
  %result:2 = bn.merge_statistics %first, %distances, %squares {featureIndex = 3 : i64, run = 28 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1 : tensor<?xf32>, tensor<?xf32>
}

// -----

func.func @merge_statistics_c2(%first: tensor<?x64x56x2xf32>, %distances: tensor<?x64x56x2xf32>, %squares: tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_statistics' op expects 'run' to be positive, but got -1}}
  %result:2 = bn.merge_statistics %first, %distances, %squares {featureIndex = 1 : i64, run = -1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @merge_statistics_c3(%first: tensor<?x64x56x2xf32>, %distances: tensor<?x64x56x4xf32>, %squares: tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_statistics' op expects 'distances' to have the shape of 'first', 'tensor<?x64x56x2xf32>', but got 'tensor<?x64x56x4xf32>'}}
  %result:2 = bn.merge_statistics %first, %distances, %squares {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x4xf32>, tensor<?x64x56x2xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @merge_statistics_c3_squares(%first: tensor<?x64x56x2xf32>, %distances: tensor<?x64x56x2xf32>, %squares: tensor<?x64x56x4xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_statistics' op expects 'squares' to have the shape of 'first', 'tensor<?x64x56x2xf32>', but got 'tensor<?x64x56x4xf32>'}}
  %result:2 = bn.merge_statistics %first, %distances, %squares {featureIndex = 1 : i64, run = 28 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<?x64x56x4xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}
