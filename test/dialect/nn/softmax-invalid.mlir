// Each constraint of nn.softmax is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @softmax_c1(%x: tensor<2x1000xf32>) -> tensor<2x1000xf32> {
  // expected-error@+1 {{'nn.softmax' op expects 'axis' to be in 0..1, the dimensions of its input, but got 2}}
  %result = nn.softmax %x axis 2 : tensor<2x1000xf32>
  return %result : tensor<2x1000xf32>
}

// -----

func.func @softmax_c1_negative(%x: tensor<2x1000xf32>) -> tensor<2x1000xf32> {
  // expected-error@+1 {{'nn.softmax' op expects 'axis' to be in 0..1, the dimensions of its input, but got -1}}
  %result = nn.softmax %x axis -1 : tensor<2x1000xf32>
  return %result : tensor<2x1000xf32>
}
