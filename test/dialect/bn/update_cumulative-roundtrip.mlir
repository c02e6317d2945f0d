// The update of cumulative statistics prints and parses.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @update_cumulative
func.func @update_cumulative(%running: tensor<64xf32>, %batch: tensor<64xf32>, %batches: tensor<f32>) -> tensor<64xf32> {
  // CHECK: bn.update_cumulative %{{.*}}, %{{.*}}, %{{.*}} sample {count = 3136 : i64} : tensor<64xf32>, tensor<f32>
  %result = bn.update_cumulative %running, %batch, %batches sample {count = 3136 : i64} : tensor<64xf32>, tensor<f32>
  return %result : tensor<64xf32>
}
