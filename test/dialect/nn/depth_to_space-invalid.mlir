// Each constraint of nn.depth_to_space is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @depth_to_space_c1(%x: tensor<1x8x3xf32>) -> tensor<1x2x6xf32> {
  // expected-error@+1 {{'nn.depth_to_space' op expects 'input' to have 2 spatial dimensions, but got 1}}
  %result = nn.depth_to_space %x block 2 : (tensor<1x8x3xf32>) -> tensor<1x2x6xf32>
  return %result : tensor<1x2x6xf32>
}

// -----

func.func @depth_to_space_c2_not_positive(%x: tensor<1x?x3x3xf32>) -> tensor<1x?x?x?xf32> {
  // expected-error@+1 {{'nn.depth_to_space' op expects 'block_size' to be positive, but got 0}}
  %result = nn.depth_to_space %x block 0 : (tensor<1x?x3x3xf32>) -> tensor<1x?x?x?xf32>
  return %result : tensor<1x?x?x?xf32>
}

// -----

func.func @depth_to_space_c2(%x: tensor<1x6x3x3xf32>) -> tensor<1x?x6x6xf32> {
  // expected-error@+1 {{'nn.depth_to_space' op expects the square of 'block_size' to divide 6 input channels, but got 2}}
  %result = nn.depth_to_space %x block 2 : (tensor<1x6x3x3xf32>) -> tensor<1x?x6x6xf32>
  return %result : tensor<1x?x6x6xf32>
}
