// Each constraint of nn.conv_input_gradient is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @conv_input_gradient_c1(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'weights' to have rank 4 as 'outputGradient', but got 3}}
  %result = nn.conv_input_gradient %dy, %w : (tensor<1x4x6x6xf32>, tensor<4x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

func.func @conv_input_gradient_c1_result(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects the result to have rank 4 as 'outputGradient', but got 3}}
  %result = nn.conv_input_gradient %dy, %w : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8xf32>
  return %result : tensor<1x3x8xf32>
}

// -----

// expected-note@+1 {{weights defined here}}
func.func @conv_input_gradient_c2(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x9x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'groups' to divide 4 output channels, but got 3}}
  %result = nn.conv_input_gradient %dy, %w groups 3 : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x9x8x8xf32>
  return %result : tensor<1x9x8x8xf32>
}

// -----

func.func @conv_input_gradient_c2_not_positive(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'groups' to be positive, but got 0}}
  %result = nn.conv_input_gradient %dy, %w groups 0 : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

func.func @conv_input_gradient_c3(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects a result with 6 channels, dimension 1 of 'weights' times 'groups', but got 3}}
  %result = nn.conv_input_gradient %dy, %w groups 2 : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

func.func @conv_input_gradient_c4(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [2]}}
  %result = nn.conv_input_gradient %dy, %w strides [2] : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

func.func @conv_input_gradient_c4_dilations(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'dilations' to have 2 positive values for the spatial dimensions, but got [1, 0]}}
  %result = nn.conv_input_gradient %dy, %w dilations [1, 0] : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

func.func @conv_input_gradient_c5(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [1, 1]}}
  %result = nn.conv_input_gradient %dy, %w pads [1, 1] : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @conv_input_gradient_c6(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x13x16xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'outputGradient' to have the shape that a convolution of the result with 'weights' gives, 'tensor<1x4x6x7xf32>', but got 'tensor<1x4x6x6xf32>'}}
  %result = nn.conv_input_gradient %dy, %w strides [2, 2] : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x13x16xf32>
  return %result : tensor<1x3x13x16xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @conv_input_gradient_c6_channels(%dy: tensor<1x5x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'outputGradient' to have the shape that a convolution of the result with 'weights' gives, 'tensor<1x4x6x6xf32>', but got 'tensor<1x5x6x6xf32>'}}
  %result = nn.conv_input_gradient %dy, %w : (tensor<1x5x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x8x8xf32>
  return %result : tensor<1x3x8x8xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @conv_input_gradient_c6_no_window_fits(%dy: tensor<1x4x6x6xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x2x8xf32> {
  // expected-error@+1 {{'nn.conv_input_gradient' op expects 'outputGradient' to have the shape that a convolution of the result with 'weights' gives, 'tensor<1x4x0x6xf32>', but got 'tensor<1x4x6x6xf32>'}}
  %result = nn.conv_input_gradient %dy, %w : (tensor<1x4x6x6xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x2x8xf32>
  return %result : tensor<1x3x2x8xf32>
}
