// Each constraint of bn.merge_gradient_statistics is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @merge_gradient_statistics_c1(%p: tensor<?x64x56x2xf32>, %g: tensor<?x64x56x2xf32>, %variance: tensor<64xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // expected-error@+1 {{'bn.merge_gradient_statistics' op expects 'featureIndex' to be in 0..2, the dimensions of 'products' but the last, but got 3}}
  %result:2 = bn.merge_gradient_statistics %p, %g, %variance {epsilon = 1.0e-05 : f64, featureIndex = 3 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<64xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %result#0, %result#1 : tensor<?xf32>, tensor<?xf32>
}

// -----

func.func @merge_gradient_statistics_c2(%p: tensor<?x64x56x2xf32>, %g: tensor<?x64x56x4xf32>, %variance: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_gradient_statistics' op expects 'gradients' to have the shape of 'products', 'tensor<?x64x56x2xf32>', but got 'tensor<?x64x56x4xf32>'}}
  %result:2 = bn.merge_gradient_statistics %p, %g, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x4xf32>, tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @merge_gradient_statistics_c3(%p: tensor<?x64x56x2xf32>, %g: tensor<?x64x56x2xf32>, %variance: tensor<32xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_gradient_statistics' op expects 'variance' to have 64 elements, the size of dimension 1 of 'products', but got 32}}
  %result:2 = bn.merge_gradient_statistics %p, %g, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<32xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @merge_gradient_statistics_c4(%p: tensor<?x64x56x2xf32>, %g: tensor<?x64x56x2xf32>, %variance: tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_gradient_statistics' op expects 'epsilon' to be finite and not negative, but got -1.000000e-05}}
  %result:2 = bn.merge_gradient_statistics %p, %g, %variance {epsilon = -1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<64xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}

// -----

func.func @merge_gradient_statistics_c3_rest(%p: tensor<?x64x56x2xf32>, %variance: tensor<64xf32>, %rest: tensor<32xf32>) -> (tensor<64xf32>, tensor<64xf32>) {
  // expected-error@+1 {{'bn.merge_gradient_statistics' op expects 'meanRest' to have 64 elements, the size of dimension 1 of 'products', but got 32}}
  %result:2 = bn.merge_gradient_statistics %p, %p, %variance rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<?x64x56x2xf32>, tensor<?x64x56x2xf32>, tensor<64xf32>, tensor<32xf32>) -> (tensor<64xf32>, tensor<64xf32>)
  return %result#0, %result#1 : tensor<64xf32>, tensor<64xf32>
}
