// Each constraint of nn.slice is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @slice_c1(%x: tensor<8x4xf32>) -> tensor<4x4xf32> {
  // expected-error@+1 {{'nn.slice' op expects 'offsets' to have 2 values, one per dimension of 'input', but got [0]}}
  %result = nn.slice %x offsets [0] sizes [4, 4] steps [1, 1] : (tensor<8x4xf32>) -> tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

func.func @slice_c2(%x: tensor<8x4xf32>) -> tensor<4x4xf32> {
  // expected-error@+1 {{'nn.slice' op expects the slice to lie within dimension 0 of 'input', 'tensor<8x4xf32>', but got offset 2, size 4, step 2}}
  %result = nn.slice %x offsets [2, 0] sizes [4, 4] steps [2, 1] : (tensor<8x4xf32>) -> tensor<4x4xf32>
  return %result : tensor<4x4xf32>
}

// -----

func.func @slice_c2_step_zero(%x: tensor<8x4xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{'nn.slice' op expects the slice to lie within dimension 0 of 'input', 'tensor<8x4xf32>', but got offset 0, size 1, step 0}}
  %result = nn.slice %x offsets [0, 0] sizes [1, 4] steps [0, 1] : (tensor<8x4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}
