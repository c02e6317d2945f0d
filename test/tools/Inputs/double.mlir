// A model of a type that is not compiled.

func.func @double(%x: tensor<1x4xf64> {bn.name = "x"}) -> tensor<1x4xf64> {
  %0 = nn.relu %x : tensor<1x4xf64>
  return %0 : tensor<1x4xf64>
}
