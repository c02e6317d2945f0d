// Local response normalization prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @local_response_norm
func.func @local_response_norm(%x: tensor<?x96x54x54xf32>) -> tensor<?x96x54x54xf32> {
  // CHECK: nn.local_response_norm %{{.*}} {alpha = 1.000000e-04 : f64, beta = 7.500000e-01 : f64, bias = 1.000000e+00 : f64, size = 5 : i64} : tensor<?x96x54x54xf32>
  %result = nn.local_response_norm %x {alpha = 1.000000e-04 : f64, beta = 7.500000e-01 : f64, bias = 1.000000e+00 : f64, size = 5 : i64} : tensor<?x96x54x54xf32>
  return %result : tensor<?x96x54x54xf32>
}
