// Each constraint of nn.max_pool is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @max_pool_c1(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x?xf32> {
  // expected-error@+1 {{'nn.max_pool' op expects 'kernel_shape' to have 2 positive values for the spatial dimensions, but got [2]}}
  %result = nn.max_pool %x window [2] : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x?xf32>
  return %result : tensor<1x4x7x?xf32>
}

// -----

func.func @max_pool_c1_strides(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x?xf32> {
  // expected-error@+1 {{'nn.max_pool' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [1, -1]}}
  %result = nn.max_pool %x window [2, 2] strides [1, -1] : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x?xf32>
  return %result : tensor<1x4x7x?xf32>
}

// -----

func.func @max_pool_c2(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x7x9xf32> {
  // expected-error@+1 {{'nn.max_pool' op expects 'pads' to be smaller than the dilated window, 2, but got [0, 2, 0, 0]}}
  %result = nn.max_pool %x window [2, 2] pads [0, 2, 0, 0] : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x9xf32>
  return %result : tensor<1x4x7x9xf32>
}

// -----

func.func @max_pool_c3(%x: tensor<1x4x8x2xf32>) -> tensor<1x4x6x?xf32> {
  // expected-error@+1 {{'nn.max_pool' op expects the window to fit into dimension 3 of the padded 'input', 2 elements, but it spans 3}}
  %result = nn.max_pool %x window [3, 3] : (tensor<1x4x8x2xf32>) -> tensor<1x4x6x?xf32>
  return %result : tensor<1x4x6x?xf32>
}
