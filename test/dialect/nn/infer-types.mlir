// Inferred result types, shown by results that differ from them.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @infer_conv(%x: tensor<?x3x224x?xf32>, %w: tensor<64x3x7x7xf32>) -> tensor<?x64x111x?xf32> {
  // expected-error@+2 {{'nn.conv' op inferred type(s) 'tensor<?x64x112x?xf32>' are incompatible with return type(s) of operation 'tensor<?x64x111x?xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.conv %x, %w strides [2, 2] pads [3, 3, 3, 3] : (tensor<?x3x224x?xf32>, tensor<64x3x7x7xf32>) -> tensor<?x64x111x?xf32>
  return %result : tensor<?x64x111x?xf32>
}

// -----

func.func @infer_conv_dynamic_weights(%x: tensor<1x3x8x8xf32>, %w: tensor<?x3x?x3xf32>) -> tensor<1x?x8x8xf32> {
  // expected-error@+2 {{'nn.conv' op inferred type(s) 'tensor<1x?x?x6xf32>' are incompatible with return type(s) of operation 'tensor<1x?x8x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<?x3x?x3xf32>) -> tensor<1x?x8x8xf32>
  return %result : tensor<1x?x8x8xf32>
}

// -----

func.func @infer_conv_element_type(%x: tensor<1x3x8x8xf16>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error@+2 {{'nn.conv' op inferred type(s) 'tensor<1x4x6x6xf16>' are incompatible with return type(s) of operation 'tensor<1x4x6x6xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf16>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %result : tensor<1x4x6x6xf32>
}

// -----

func.func @infer_conv_rank(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6xf32> {
  // expected-error@+2 {{'nn.conv' op inferred type(s) 'tensor<1x4x6x6xf32>' are incompatible with return type(s) of operation 'tensor<1x4x6xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.conv %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6xf32>
  return %result : tensor<1x4x6xf32>
}

// -----

func.func @infer_conv_transpose(%x: tensor<?x4x5x?xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x6x11x?xf32> {
  // expected-error@+2 {{'nn.conv_transpose' op inferred type(s) 'tensor<?x6x10x?xf32>' are incompatible with return type(s) of operation 'tensor<?x6x11x?xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.conv_transpose %x, %w strides [2, 2] pads [1, 1, 1, 1] output_pads [1, 1] groups 2 : (tensor<?x4x5x?xf32>, tensor<4x3x3x3xf32>) -> tensor<?x6x11x?xf32>
  return %result : tensor<?x6x11x?xf32>
}

// -----

func.func @infer_max_pool(%x: tensor<?x64x112x?xf32>) -> tensor<?x64x56x?xf32> {
  // expected-error@+2 {{'nn.max_pool' op inferred type(s) 'tensor<?x64x55x?xf32>' are incompatible with return type(s) of operation 'tensor<?x64x56x?xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.max_pool %x window [3, 3] strides [2, 2] : (tensor<?x64x112x?xf32>) -> tensor<?x64x56x?xf32>
  return %result : tensor<?x64x56x?xf32>
}

// -----

func.func @infer_max_pool_ceil(%x: tensor<?x64x112x?xf32>) -> tensor<?x64x55x?xf32> {
  // expected-error@+2 {{'nn.max_pool' op inferred type(s) 'tensor<?x64x56x?xf32>' are incompatible with return type(s) of operation 'tensor<?x64x55x?xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.max_pool %x window [3, 3] strides [2, 2] ceil_mode : (tensor<?x64x112x?xf32>) -> tensor<?x64x55x?xf32>
  return %result : tensor<?x64x55x?xf32>
}

// -----

func.func @infer_average_pool_ceil_drops_window_in_padding(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32> {
  // expected-error@+2 {{'nn.average_pool' op inferred type(s) 'tensor<1x1x2x2xf32>' are incompatible with return type(s) of operation 'tensor<1x1x3x3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.average_pool %x window [2, 2] strides [3, 3] pads [0, 0, 1, 1] ceil_mode : (tensor<1x1x4x4xf32>) -> tensor<1x1x3x3xf32>
  return %result : tensor<1x1x3x3xf32>
}

// -----

func.func @infer_gemm(%a: tensor<3x?xf32>, %b: tensor<4x3xf32>) -> tensor<?x3xf32> {
  // expected-error@+2 {{'nn.gemm' op inferred type(s) 'tensor<?x4xf32>' are incompatible with return type(s) of operation 'tensor<?x3xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.gemm %a, %b trans_a trans_b : (tensor<3x?xf32>, tensor<4x3xf32>) -> tensor<?x3xf32>
  return %result : tensor<?x3xf32>
}

// -----

func.func @infer_matmul(%x: tensor<?x1x2x3xf32>, %y: tensor<6x3x4xf32>) -> tensor<?x5x2x4xf32> {
  // expected-error@+2 {{'nn.matmul' op inferred type(s) 'tensor<?x6x2x4xf32>' are incompatible with return type(s) of operation 'tensor<?x5x2x4xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.matmul %x, %y : (tensor<?x1x2x3xf32>, tensor<6x3x4xf32>) -> tensor<?x5x2x4xf32>
  return %result : tensor<?x5x2x4xf32>
}

// -----

func.func @infer_reduce(%x: tensor<?x4x8x8xf32>) -> tensor<?x4xf32> {
  // expected-error@+2 {{'nn.reduce_mean' op inferred type(s) 'tensor<?x4x1x1xf32>' are incompatible with return type(s) of operation 'tensor<?x4xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.reduce_mean %x axes [2, 3] keep_dims : (tensor<?x4x8x8xf32>) -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// -----

func.func @infer_binary(%x: tensor<?x1x8xf32>, %y: tensor<4x1xf32>) -> tensor<?x3x8xf32> {
  // expected-error@+2 {{'nn.add' op inferred type(s) 'tensor<?x4x8xf32>' are incompatible with return type(s) of operation 'tensor<?x3x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.add %x, %y : (tensor<?x1x8xf32>, tensor<4x1xf32>) -> tensor<?x3x8xf32>
  return %result : tensor<?x3x8xf32>
}

// -----

func.func @infer_binary_dynamic_against_size(%x: tensor<?x8xf32>, %y: tensor<4x1xf32>) -> tensor<3x8xf32> {
  // expected-error@+2 {{'nn.add' op inferred type(s) 'tensor<4x8xf32>' are incompatible with return type(s) of operation 'tensor<3x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.add %x, %y : (tensor<?x8xf32>, tensor<4x1xf32>) -> tensor<3x8xf32>
  return %result : tensor<3x8xf32>
}

// -----

func.func @infer_concat(%x: tensor<?x4x8xf32>, %y: tensor<?x6x8xf32>) -> tensor<?x9x8xf32> {
  // expected-error@+2 {{'nn.concat' op inferred type(s) 'tensor<?x10x8xf32>' are incompatible with return type(s) of operation 'tensor<?x9x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.concat %x, %y axis 1 : (tensor<?x4x8xf32>, tensor<?x6x8xf32>) -> tensor<?x9x8xf32>
  return %result : tensor<?x9x8xf32>
}

// -----

func.func @infer_concat_size_of_any_input(%x: tensor<?x4x?xf32>, %y: tensor<?x6x8xf32>) -> tensor<?x10x7xf32> {
  // expected-error@+2 {{'nn.concat' op inferred type(s) 'tensor<?x10x8xf32>' are incompatible with return type(s) of operation 'tensor<?x10x7xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.concat %x, %y axis 1 : (tensor<?x4x?xf32>, tensor<?x6x8xf32>) -> tensor<?x10x7xf32>
  return %result : tensor<?x10x7xf32>
}

// -----

func.func @infer_slice(%x: tensor<?x8xf32>) -> tensor<1x8xf32> {
  // expected-error@+2 {{'nn.slice' op inferred type(s) 'tensor<1x4xf32>' are incompatible with return type(s) of operation 'tensor<1x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.slice %x offsets [0, 4] sizes [1, 4] steps [1, 1] : (tensor<?x8xf32>) -> tensor<1x8xf32>
  return %result : tensor<1x8xf32>
}

// -----

func.func @infer_pad(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+2 {{'nn.pad' op inferred type(s) 'tensor<?x11xf32>' are incompatible with return type(s) of operation 'tensor<?x8xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.pad %x pads [0, 1, 0, 2] : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %result : tensor<?x8xf32>
}

// -----

func.func @infer_transpose(%x: tensor<?x4x8x9xf32>) -> tensor<?x4x8x9xf32> {
  // expected-error@+2 {{'nn.transpose' op inferred type(s) 'tensor<?x8x9x4xf32>' are incompatible with return type(s) of operation 'tensor<?x4x8x9xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.transpose %x permutation [0, 2, 3, 1] : (tensor<?x4x8x9xf32>) -> tensor<?x4x8x9xf32>
  return %result : tensor<?x4x8x9xf32>
}

// -----

func.func @infer_depth_to_space(%x: tensor<?x8x3x?xf32>) -> tensor<?x8x6x?xf32> {
  // expected-error@+2 {{'nn.depth_to_space' op inferred type(s) 'tensor<?x2x6x?xf32>' are incompatible with return type(s) of operation 'tensor<?x8x6x?xf32>'}}
  // expected-error@+1 {{failed to infer returned types}}
  %result = nn.depth_to_space %x block 2 : (tensor<?x8x3x?xf32>) -> tensor<?x8x6x?xf32>
  return %result : tensor<?x8x6x?xf32>
}
