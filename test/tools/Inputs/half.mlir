// A model of a type that is not compiled.

func.func @half(%x: tensor<1x4xf16> {bn.name = "x"}) -> tensor<1x4xf16> {
  %0 = nn.relu %x : tensor<1x4xf16>
  return %0 : tensor<1x4xf16>
}
