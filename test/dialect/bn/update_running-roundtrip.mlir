// Updates of running statistics print and parse with both conventions and estimators.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @update_running_onnx
func.func @update_running_onnx(%running: tensor<64xf32>, %batch: tensor<64xf32>) -> tensor<64xf32> {
  // CHECK: bn.update_running %{{.*}}, %{{.*}} keep population {count = 3136 : i64, momentum = 9.000000e-01 : f64} : tensor<64xf32>
  %result = bn.update_running %running, %batch keep population {count = 3136 : i64, momentum = 9.000000e-01 : f64} : tensor<64xf32>
  return %result : tensor<64xf32>
}

// CHECK-LABEL: @update_running_pytorch
func.func @update_running_pytorch(%running: tensor<?xf32>, %batch: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: bn.update_running %{{.*}}, %{{.*}} update sample {count = 3136 : i64, momentum = 1.000000e-01 : f64} : tensor<?xf32>
  %result = bn.update_running %running, %batch update sample {count = 3136 : i64, momentum = 1.000000e-01 : f64} : tensor<?xf32>
  return %result : tensor<?xf32>
}
