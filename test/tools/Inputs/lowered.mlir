// A model after the lower phase.
func.func @lowered(%x: memref<1x4xf32> {bn.name = "x"}, %y: memref<1x4xf32> {bn.output}, %workspace: memref<0xi8>) {
  kernel.launch @relu ins(%x : memref<1x4xf32>) outs(%y : memref<1x4xf32>)
  return
}
kernel.func @relu(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = nn.relu %x : tensor<1x4xf32>
  kernel.return %0 : tensor<1x4xf32>
}
