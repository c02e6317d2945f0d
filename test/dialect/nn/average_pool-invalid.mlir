// Each constraint of nn.average_pool is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @average_pool_c1(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x9xf32> {
  // expected-error@+1 {{'nn.average_pool' op expects 'kernel_shape' to have 2 positive values for the spatial dimensions, but got [2, 0]}}
  %result = nn.average_pool %x window [2, 0] : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x9xf32>
  return %result : tensor<1x4x7x9xf32>
}

// -----

func.func @average_pool_c2(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x6x7xf32> {
  // expected-error@+1 {{'nn.average_pool' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [-1, 0, 0, 0]}}
  %result = nn.average_pool %x window [2, 2] pads [-1, 0, 0, 0] : (tensor<1x4x8x8xf32>) -> tensor<1x4x6x7xf32>
  return %result : tensor<1x4x6x7xf32>
}

// -----

func.func @average_pool_c3(%x: tensor<1x4x2x8xf32>) -> tensor<1x4x?x6xf32> {
  // expected-error@+1 {{'nn.average_pool' op expects the window to fit into dimension 2 of the padded 'input', 2 elements, but it spans 3}}
  %result = nn.average_pool %x window [3, 3] : (tensor<1x4x2x8xf32>) -> tensor<1x4x?x6xf32>
  return %result : tensor<1x4x?x6xf32>
}
