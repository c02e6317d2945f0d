// Each constraint of nn.reduce_max is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @reduce_max_c1(%x: tensor<2x4x8x8xf32>) -> tensor<2x4x8xf32> {
  // expected-error@+1 {{'nn.reduce_max' op expects 'axes' to be sorted, unique and in 0..3, but got [2, 4]}}
  %result = nn.reduce_max %x axes [2, 4] : (tensor<2x4x8x8xf32>) -> tensor<2x4x8xf32>
  return %result : tensor<2x4x8xf32>
}

// -----

func.func @reduce_max_c1_unsorted(%x: tensor<2x4x8x8xf32>) -> tensor<2x4xf32> {
  // expected-error@+1 {{'nn.reduce_max' op expects 'axes' to be sorted, unique and in 0..3, but got [3, 2]}}
  %result = nn.reduce_max %x axes [3, 2] : (tensor<2x4x8x8xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

func.func @reduce_max_c1_repeated(%x: tensor<2x4x8x8xf32>) -> tensor<2x4x8xf32> {
  // expected-error@+1 {{'nn.reduce_max' op expects 'axes' to be sorted, unique and in 0..3, but got [2, 2]}}
  %result = nn.reduce_max %x axes [2, 2] : (tensor<2x4x8x8xf32>) -> tensor<2x4x8xf32>
  return %result : tensor<2x4x8xf32>
}
