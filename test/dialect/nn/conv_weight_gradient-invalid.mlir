// Each constraint of nn.conv_weight_gradient is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @conv_weight_gradient_c1(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6xf32>) -> tensor<4x3x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'outputGradient' to have rank 4 as 'input', but got 3}}
  %result = nn.conv_weight_gradient %x, %dy : (tensor<1x3x8x8xf32>, tensor<1x4x6xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}

// -----

func.func @conv_weight_gradient_c1_result(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects the result to have rank 4 as 'input', but got 3}}
  %result = nn.conv_weight_gradient %x, %dy : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3xf32>
  return %result : tensor<4x3x3xf32>
}

// -----

// expected-note@+1 {{input defined here}}
func.func @conv_weight_gradient_c2(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x6x6x6xf32>) -> tensor<6x1x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'groups' to divide 4 input channels, but got 3}}
  %result = nn.conv_weight_gradient %x, %dy groups 3 : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x1x3x3xf32>
  return %result : tensor<6x1x3x3xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @conv_weight_gradient_c2_output(%x: tensor<1x6x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x2x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'groups' to divide 4 output channels, but got 3}}
  %result = nn.conv_weight_gradient %x, %dy groups 3 : (tensor<1x6x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x2x3x3xf32>
  return %result : tensor<4x2x3x3xf32>
}

// -----

func.func @conv_weight_gradient_c3(%x: tensor<1x4x8x8xf32>, %dy: tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects dimension 1 of the result to have 2 elements, the number of input channels divided by 'groups', but got 4}}
  %result = nn.conv_weight_gradient %x, %dy groups 2 : (tensor<1x4x8x8xf32>, tensor<1x6x6x6xf32>) -> tensor<6x4x3x3xf32>
  return %result : tensor<6x4x3x3xf32>
}

// -----

func.func @conv_weight_gradient_c4(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [0, 1]}}
  %result = nn.conv_weight_gradient %x, %dy strides [0, 1] : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}

// -----

func.func @conv_weight_gradient_c5(%x: tensor<1x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [0, -1, 0, 0]}}
  %result = nn.conv_weight_gradient %x, %dy pads [0, -1, 0, 0] : (tensor<1x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}

// -----

// expected-note@+1 {{outputGradient defined here}}
func.func @conv_weight_gradient_c6(%x: tensor<2x3x8x8xf32>, %dy: tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32> {
  // expected-error@+1 {{'nn.conv_weight_gradient' op expects 'outputGradient' to have the shape that a convolution of 'input' with the result gives, 'tensor<2x4x6x6xf32>', but got 'tensor<1x4x6x6xf32>'}}
  %result = nn.conv_weight_gradient %x, %dy : (tensor<2x3x8x8xf32>, tensor<1x4x6x6xf32>) -> tensor<4x3x3x3xf32>
  return %result : tensor<4x3x3x3xf32>
}
