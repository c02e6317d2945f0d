// Each constraint of nn.pad is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @pad_c1(%x: tensor<4x4xf32>) -> tensor<?x?xf32> {
  // expected-error@+1 {{'nn.pad' op expects 'pads' to have 4 non-negative values, but got [1, 1]}}
  %result = nn.pad %x pads [1, 1] : (tensor<4x4xf32>) -> tensor<?x?xf32>
  return %result : tensor<?x?xf32>
}

// -----

func.func @pad_c1_negative(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'nn.pad' op expects 'pads' to have 2 non-negative values, but got [1, -1]}}
  %result = nn.pad %x pads [1, -1] : (tensor<4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// -----

func.func @pad_c2(%x: tensor<4xf32>) -> tensor<8xf32> {
  // expected-error@+1 {{'nn.pad' op expects reflected margins smaller than dimension 0 of 'input', 4 elements, but got 4}}
  %result = nn.pad %x pads [0, 4] mode reflect : (tensor<4xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}
