// Each constraint of bn.update_cumulative is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @update_cumulative_c1(%running: tensor<64xf32>, %batch: tensor<64xf32>, %batches: tensor<f32>) -> tensor<64xf32> {
  // expected-error@+1 {{'bn.update_cumulative' op expects 'count' not to be negative, but got -1}}
  %result = bn.update_cumulative %running, %batch, %batches population {count = -1 : i64} : tensor<64xf32>, tensor<f32>
  return %result : tensor<64xf32>
}
