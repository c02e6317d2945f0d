// Operands of two-operand operators broadcast.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @add_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.add' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.add %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @sub_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.sub' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.sub %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @mul_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.mul' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.mul %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @div_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.div' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.div %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @pow_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.pow' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.pow %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @min_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.min' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.min %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @max_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.max' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.max %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}

// -----

func.func @prelu_c1(%x: tensor<2x4x8x8xf32>, %y: tensor<4xf32>) -> tensor<2x4x8x8xf32> {
  // expected-error@+1 {{'nn.prelu' op expects 'lhs' and 'rhs' to broadcast, but got 'tensor<2x4x8x8xf32>' and 'tensor<4xf32>'}}
  %result = nn.prelu %x, %y : (tensor<2x4x8x8xf32>, tensor<4xf32>) -> tensor<2x4x8x8xf32>
  return %result : tensor<2x4x8x8xf32>
}
