// Parameters that would give NaN or infinite weights are errors at the node.

// RUN: bn-opt %s --bn-inference-to-scale-shift --split-input-file --verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter=bn-fold

func.func @variance_plus_epsilon_is_zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %variance = arith.constant dense<[1.0, -0.5]> : tensor<2xf32>
  // expected-error@+1 {{'bn.inference' op expects 'variance' + 'epsilon' to be positive and finite, but feature 1 has -0.5 + 0.5}}
  %y = bn.inference %x, %one, %one, %one, %variance {epsilon = 0.5 : f64, featureIndex = 1 : i64}
      : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @variance_is_nan(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %variance = arith.constant dense<0x7FC00000> : tensor<1xf32>
  // expected-error@+1 {{expects 'variance' + 'epsilon' to be positive and finite}}
  %y = bn.inference %x, %one, %one, %one, %variance {epsilon = 0.5 : f64, featureIndex = 1 : i64}
      : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @scale_is_infinite(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %scale = arith.constant dense<0x7F800000> : tensor<1xf32>
  // expected-error@+1 {{expects finite parameters, but feature 0 has scale}}
  %y = bn.inference %x, %scale, %one, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @no_convert_argument(%x: tensor<1x1xf32>, %scale: tensor<1xf32>) -> tensor<1x1xf32> {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  // expected-remark@+1 {{'scale' is not a constant}}
  %y = bn.inference %x, %scale, %one, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
