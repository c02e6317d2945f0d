// A model of bf16 data and f16 results.

func.func @narrow(%x: tensor<2x3x5x4xbf16> {bn.name = "x"}) -> (tensor<2x3x5x4xf16> {bn.name = "y"}) {
  %scale = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = bn.scale_shift %x, %scale, %scale {featureIndex = 1 : i64} : (tensor<2x3x5x4xbf16>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x5x4xbf16>
  %1 = nn.cast %0 : (tensor<2x3x5x4xbf16>) -> tensor<2x3x5x4xf16>
  return %1 : tensor<2x3x5x4xf16>
}
