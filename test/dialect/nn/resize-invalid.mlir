// Each constraint of nn.resize is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @resize_c1(%x: tensor<1x4x8x8xf32>) -> tensor<1x8x8x8xf32> {
  // expected-error@+1 {{'nn.resize' op expects a result with the rank of 'input' and its dimensions 0 and 1, 'tensor<1x4x8x8xf32>', but got 'tensor<1x8x8x8xf32>'}}
  %result = nn.resize %x nearest : (tensor<1x4x8x8xf32>) -> tensor<1x8x8x8xf32>
  return %result : tensor<1x8x8x8xf32>
}
