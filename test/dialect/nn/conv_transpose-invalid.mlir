// Each constraint of nn.conv_transpose is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @conv_transpose_c1(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x3x?x?xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'weights' to have rank 4 as 'input', but got 3}}
  %result = nn.conv_transpose %x, %w : (tensor<1x4x5x5xf32>, tensor<4x3x2xf32>) -> tensor<1x3x?x?xf32>
  return %result : tensor<1x3x?x?xf32>
}

// -----

// expected-note@+1 {{input defined here}}
func.func @conv_transpose_c2(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x9x6x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'groups' to divide 4 input channels, but got 3}}
  %result = nn.conv_transpose %x, %w groups 3 : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x9x6x6xf32>
  return %result : tensor<1x9x6x6xf32>
}

// -----

// expected-note@+1 {{weights defined here}}
func.func @conv_transpose_c3(%x: tensor<1x4x5x5xf32>, %w: tensor<3x3x2x2xf32>) -> tensor<1x3x6x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects dimension 0 of 'weights' to have 4 elements, one per input channel, but got 3}}
  %result = nn.conv_transpose %x, %w : (tensor<1x4x5x5xf32>, tensor<3x3x2x2xf32>) -> tensor<1x3x6x6xf32>
  return %result : tensor<1x3x6x6xf32>
}

// -----

// expected-note@+1 {{bias defined here}}
func.func @conv_transpose_c4(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>, %b: tensor<3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'bias' to have 6 elements, one per output channel, but got 3}}
  %result = nn.conv_transpose %x, %w bias %b groups 2 : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>, tensor<3xf32>) -> tensor<1x6x6x6xf32>
  return %result : tensor<1x6x6x6xf32>
}

// -----

func.func @conv_transpose_c5(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x3x6x2xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [1, 0]}}
  %result = nn.conv_transpose %x, %w strides [1, 0] : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x6x2xf32>
  return %result : tensor<1x3x6x2xf32>
}

// -----

func.func @conv_transpose_c6(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x3x5x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [1]}}
  %result = nn.conv_transpose %x, %w pads [1] : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x5x6xf32>
  return %result : tensor<1x3x5x6xf32>
}

// -----

func.func @conv_transpose_c6_output_pads(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x3x7x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'output_pads' to have 2 non-negative values for the spatial dimensions, but got [1]}}
  %result = nn.conv_transpose %x, %w output_pads [1] : (tensor<1x4x5x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x7x6xf32>
  return %result : tensor<1x3x7x6xf32>
}

// -----

func.func @conv_transpose_c7(%x: tensor<1x4x1x5xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x3x?x6xf32> {
  // expected-error@+1 {{'nn.conv_transpose' op expects 'pads' to leave elements of dimension 2 of the result, but got [1, 0, 1, 0]}}
  %result = nn.conv_transpose %x, %w pads [1, 0, 1, 0] : (tensor<1x4x1x5xf32>, tensor<4x3x2x2xf32>) -> tensor<1x3x?x6xf32>
  return %result : tensor<1x3x?x6xf32>
}
