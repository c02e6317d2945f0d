// Numbers that cannot be folded are an error, not another way to fold.

// RUN: bn-opt %s --bn-fold-parameters --verify-diagnostics

// 2·max f32
func.func @overflow(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf32>
  // expected-error @+1 {{'nn.gemm' op cannot take in its normalization: the scaled weights are not finite in their type}}
  %0 = nn.gemm %x, %w : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %1 = nn.mul %0, %two : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

// 4·max f32
func.func @overflow_of_scale_shift(%x: tensor<1x1xf32>) -> tensor<1x1xf32> {
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<1xf32>
  %four = arith.constant dense<4.0> : tensor<1xf32>
  %0 = bn.scale_shift %x, %w, %four {featureIndex = 1 : i64} : (tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  // expected-error @+1 {{'nn.mul' op expects a scale and shift that are finite in f32, but feature 0 has 1.36113e+39 and 16}}
  %1 = nn.mul %0, %four : (tensor<1x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %1 : tensor<1x1xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x04000000FFFF7F7F"
    }
  }
#-}
