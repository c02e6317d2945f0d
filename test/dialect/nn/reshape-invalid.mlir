// Each constraint of nn.reshape is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @reshape_c1(%x: tensor<2x4x8xf32>) -> tensor<2x31xf32> {
  // expected-error@+1 {{'nn.reshape' op expects a result of 64 elements, as 'input', but got 62}}
  %result = nn.reshape %x : (tensor<2x4x8xf32>) -> tensor<2x31xf32>
  return %result : tensor<2x31xf32>
}
