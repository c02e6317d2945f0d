// Each constraint of bn.update_running is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @update_running_c1(%running: tensor<64xf32>, %batch: tensor<64xf32>) -> tensor<64xf32> {
  // expected-error@+1 {{'bn.update_running' op expects 'momentum' to be in 0..1, but got 1.500000e+00}}
  %result = bn.update_running %running, %batch keep population {count = 3136 : i64, momentum = 1.5 : f64} : tensor<64xf32>
  return %result : tensor<64xf32>
}

// -----

func.func @update_running_c2(%running: tensor<64xf32>, %batch: tensor<64xf32>) -> tensor<64xf32> {
  // expected-error@+1 {{'bn.update_running' op expects 'count' not to be negative, but got -1}}
  %result = bn.update_running %running, %batch keep population {count = -1 : i64, momentum = 0.5 : f64} : tensor<64xf32>
  return %result : tensor<64xf32>
}
