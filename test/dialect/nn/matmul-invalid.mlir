// Each constraint of nn.matmul is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @matmul_c1(%x: tensor<3xf32>, %y: tensor<3x4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'nn.matmul' op expects 'lhs' to have at least 2 dimensions, but got 'tensor<3xf32>'}}
  %result = nn.matmul %x, %y : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// -----

func.func @matmul_c2(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // expected-error@+1 {{'nn.matmul' op expects the last but one dimension of 'rhs' to have 3 elements, the last dimension of 'lhs', but got 2}}
  %result = nn.matmul %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

func.func @matmul_c3(%x: tensor<5x2x3xf32>, %y: tensor<6x3x4xf32>) -> tensor<?x2x4xf32> {
  // expected-error@+1 {{'nn.matmul' op expects the leading dimensions of its operands to broadcast, but got 'tensor<5x2x3xf32>' and 'tensor<6x3x4xf32>'}}
  %result = nn.matmul %x, %y : (tensor<5x2x3xf32>, tensor<6x3x4xf32>) -> tensor<?x2x4xf32>
  return %result : tensor<?x2x4xf32>
}
