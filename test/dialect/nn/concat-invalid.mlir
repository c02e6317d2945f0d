// Each constraint of nn.concat is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @concat_c1() -> tensor<1x4xf32> {
  // expected-error@+1 {{'nn.concat' op expects at least one input}}
  %result = nn.concat axis 0 : () -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// -----

func.func @concat_c2(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{'nn.concat' op expects 'axis' to be in 0..1, the dimensions of its input, but got 2}}
  %result = nn.concat %x, %y axis 2 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// -----

func.func @concat_c3(%x: tensor<1x4x8xf32>, %y: tensor<1x6x7xf32>) -> tensor<1x10x8xf32> {
  // expected-error@+1 {{'nn.concat' op expects input 1 to have the type of input 0, 'tensor<1x4x8xf32>', but for the size of dimension 1, but got 'tensor<1x6x7xf32>'}}
  %result = nn.concat %x, %y axis 1 : (tensor<1x4x8xf32>, tensor<1x6x7xf32>) -> tensor<1x10x8xf32>
  return %result : tensor<1x10x8xf32>
}

// -----

func.func @concat_c3_rank(%x: tensor<1x4xf32>, %y: tensor<1x4x1xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{'nn.concat' op expects input 1 to have the type of input 0, 'tensor<1x4xf32>', but for the size of dimension 1, but got 'tensor<1x4x1xf32>'}}
  %result = nn.concat %x, %y axis 1 : (tensor<1x4xf32>, tensor<1x4x1xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// -----

func.func @concat_c3_element_type(%x: tensor<1x4xf32>, %y: tensor<1x4xf16>) -> tensor<1x8xf32> {
  // expected-error@+1 {{'nn.concat' op expects input 1 to have the type of input 0, 'tensor<1x4xf32>', but for the size of dimension 1, but got 'tensor<1x4xf16>'}}
  %result = nn.concat %x, %y axis 1 : (tensor<1x4xf32>, tensor<1x4xf16>) -> tensor<1x8xf32>
  return %result : tensor<1x8xf32>
}
