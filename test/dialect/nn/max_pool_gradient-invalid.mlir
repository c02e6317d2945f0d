// Each constraint of nn.max_pool_gradient is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @max_pool_gradient_c1(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x4x7x7xf32>) -> tensor<1x4x8x8xf32> {
  // expected-error@+1 {{'nn.max_pool_gradient' op expects 'kernel_shape' to have 2 positive values for the spatial dimensions, but got [2]}}
  %result = nn.max_pool_gradient %x, %dy window [2] : (tensor<1x4x8x8xf32>, tensor<1x4x7x7xf32>) -> tensor<1x4x8x8xf32>
  return %result : tensor<1x4x8x8xf32>
}

// -----

func.func @max_pool_gradient_c2(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x4x7x9xf32>) -> tensor<1x4x8x8xf32> {
  // expected-error@+1 {{'nn.max_pool_gradient' op expects 'pads' to be smaller than the dilated window, 2, but got [0, 2, 0, 0]}}
  %result = nn.max_pool_gradient %x, %dy window [2, 2] pads [0, 2, 0, 0] : (tensor<1x4x8x8xf32>, tensor<1x4x7x9xf32>) -> tensor<1x4x8x8xf32>
  return %result : tensor<1x4x8x8xf32>
}

// -----

func.func @max_pool_gradient_c3(%x: tensor<1x4x8x2xf32>, %dy: tensor<1x4x6x1xf32>) -> tensor<1x4x8x2xf32> {
  // expected-error@+1 {{'nn.max_pool_gradient' op expects the window to fit into dimension 3 of the padded 'input', 2 elements, but it spans 3}}
  %result = nn.max_pool_gradient %x, %dy window [3, 3] : (tensor<1x4x8x2xf32>, tensor<1x4x6x1xf32>) -> tensor<1x4x8x2xf32>
  return %result : tensor<1x4x8x2xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @max_pool_gradient_c4(%x: tensor<1x4x8x7xf32>, %dy: tensor<1x4x4x4xf32>) -> tensor<1x4x8x7xf32> {
  // expected-error@+1 {{'nn.max_pool_gradient' op expects 'outputGradient' to have the shape that a pool of 'input' gives, 'tensor<1x4x4x3xf32>', but got 'tensor<1x4x4x4xf32>'}}
  %result = nn.max_pool_gradient %x, %dy window [2, 2] strides [2, 2] : (tensor<1x4x8x7xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x8x7xf32>
  return %result : tensor<1x4x8x7xf32>
}
