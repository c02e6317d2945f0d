// Each constraint of nn.transpose is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @transpose_c1(%x: tensor<2x3x4xf32>) -> tensor<?x?x?xf32> {
  // expected-error@+1 {{'nn.transpose' op expects 'permutation' to permute the 3 dimensions of 'input', but got [0, 2]}}
  %result = nn.transpose %x permutation [0, 2] : (tensor<2x3x4xf32>) -> tensor<?x?x?xf32>
  return %result : tensor<?x?x?xf32>
}

// -----

func.func @transpose_c1_repeated(%x: tensor<2x3xf32>) -> tensor<3x3xf32> {
  // expected-error@+1 {{'nn.transpose' op expects 'permutation' to permute the 2 dimensions of 'input', but got [1, 1]}}
  %result = nn.transpose %x permutation [1, 1] : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return %result : tensor<3x3xf32>
}
