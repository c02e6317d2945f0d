// Each constraint of nn.local_response_norm is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @local_response_norm_c1(%x: tensor<1x96x54x54xf32>) -> tensor<1x96x54x54xf32> {
  // expected-error@+1 {{'nn.local_response_norm' op expects 'size' to be positive, but got 0}}
  %result = nn.local_response_norm %x {alpha = 1.0e-04 : f64, beta = 0.75 : f64, bias = 1.0 : f64, size = 0 : i64} : tensor<1x96x54x54xf32>
  return %result : tensor<1x96x54x54xf32>
}
