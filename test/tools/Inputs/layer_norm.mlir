// A norm that computes its statistics.

func.func @layer_norm(%x: tensor<2x4xf32> {bn.name = "x"}) -> tensor<2x4xf32> {
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = bn.layer_norm %x, %scale, %scale {axis = 1 : i64, epsilon = 1.0e-05 : f64}
      : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}
