// Each constraint of nn.conv is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @conv_c1(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x4x?x?xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'weights' to have rank 4 as 'input', but got 3}}
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3xf32>) -> tensor<1x4x?x?xf32>
  return %result : tensor<1x4x?x?xf32>
}

// -----

// expected-note@+1 {{input defined here}}
func.func @conv_c2(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'groups' to divide 4 input channels, but got 3}}
  %result = nn.conv %x, %w groups 3 : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %result : tensor<1x6x6x6xf32>
}

// -----

func.func @conv_c2_not_positive(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'groups' to be positive, but got 0}}
  %result = nn.conv %x, %w groups 0 : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %result : tensor<1x6x6x6xf32>
}

// -----

// expected-note@+1 {{weights defined here}}
func.func @conv_c2_output(%x: tensor<1x4x8x8xf32>, %w: tensor<5x2x3x3xf32>) -> tensor<1x5x6x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'groups' to divide 5 output channels, but got 2}}
  %result = nn.conv %x, %w groups 2 : (tensor<1x4x8x8xf32>, tensor<5x2x3x3xf32>) -> tensor<1x5x6x6xf32>
  return %result : tensor<1x5x6x6xf32>
}

// -----

// expected-note@+1 {{weights defined here}}
func.func @conv_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects dimension 1 of 'weights' to have 2 elements, the number of input channels divided by 'groups', but got 4}}
  %result = nn.conv %x, %w groups 2 : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  return %result : tensor<1x6x6x6xf32>
}

// -----

// expected-note@+1 {{bias defined here}}
func.func @conv_c4(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'bias' to have 4 elements, one per output channel, but got 3}}
  %result = nn.conv %x, %w bias %b : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<3xf32>) -> tensor<1x4x6x6xf32>
  return %result : tensor<1x4x6x6xf32>
}

// -----

func.func @conv_c5(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x?x?xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [2]}}
  %result = nn.conv %x, %w strides [2] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x?x?xf32>
  return %result : tensor<1x4x?x?xf32>
}

// -----

func.func @conv_c5_zero(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x?x6xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'strides' to have 2 positive values for the spatial dimensions, but got [0, 1]}}
  %result = nn.conv %x, %w strides [0, 1] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x?x6xf32>
  return %result : tensor<1x4x?x6xf32>
}

// -----

func.func @conv_c5_dilations(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x8xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'dilations' to have 2 positive values for the spatial dimensions, but got [1, 0]}}
  %result = nn.conv %x, %w dilations [1, 0] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x8xf32>
  return %result : tensor<1x4x6x8xf32>
}

// -----

func.func @conv_c6(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x?x?xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [1, 1]}}
  %result = nn.conv %x, %w pads [1, 1] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x?x?xf32>
  return %result : tensor<1x4x?x?xf32>
}

// -----

func.func @conv_c6_negative(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x5xf32> {
  // expected-error@+1 {{'nn.conv' op expects 'pads' to have 4 non-negative values for the spatial dimensions, but got [0, -1, 0, 0]}}
  %result = nn.conv %x, %w pads [0, -1, 0, 0] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x5xf32>
  return %result : tensor<1x4x6x5xf32>
}

// -----

func.func @conv_c7(%x: tensor<1x3x8x4xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x?xf32> {
  // expected-error@+1 {{'nn.conv' op expects the window to fit into dimension 3 of the padded 'input', 5 elements, but it spans 7}}
  %result = nn.conv %x, %w pads [0, 1, 0, 0] dilations [1, 3] : (tensor<1x3x8x4xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x?xf32>
  return %result : tensor<1x4x6x?xf32>
}
