// Each constraint of nn.gemm is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @gemm_c1(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x3xf32> {
  // expected-error@+1 {{'nn.gemm' op expects dimension 1 of 'b' to have 3 elements, the inner dimension of 'a', but got 4}}
  %result = nn.gemm %a, %b trans_b : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  return %result : tensor<2x3xf32>
}

// -----

func.func @gemm_c2(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>, %c: tensor<3xf32>) -> tensor<2x4xf32> {
  // expected-error@+1 {{'nn.gemm' op expects 'bias' to broadcast to 'tensor<2x4xf32>', but got 'tensor<3xf32>'}}
  %result = nn.gemm %a, %b bias %c : (tensor<2x3xf32>, tensor<3x4xf32>, tensor<3xf32>) -> tensor<2x4xf32>
  return %result : tensor<2x4xf32>
}

// -----

func.func @gemm_c2_one_direction(%a: tensor<1x3xf32>, %b: tensor<3x4xf32>, %c: tensor<2x4xf32>) -> tensor<1x4xf32> {
  // expected-error@+1 {{'nn.gemm' op expects 'bias' to broadcast to 'tensor<1x4xf32>', but got 'tensor<2x4xf32>'}}
  %result = nn.gemm %a, %b bias %c : (tensor<1x3xf32>, tensor<3x4xf32>, tensor<2x4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}
