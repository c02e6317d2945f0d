// Numbers of elements have 64 bits: 2³⁸ elements, 2³² of each of 64 features.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s
// RUN: bn-opt %s --bn-expand-norms | FileCheck %s --check-prefix=EXPAND
// RUN: bn-opt %s --bn-split-virtual-batches=size=16384 | FileCheck %s --check-prefix=PARTS

// CHECK-LABEL: @large_training
// PARTS-LABEL: @large_training
func.func @large_training(%x: tensor<65536x64x256x256xf32>, %p: tensor<64xf32>)
    -> (tensor<65536x64x256x256xf32>, tensor<64xf32>) {
  // CHECK: bn.training %{{.*}} -> (tensor<65536x64x256x256xf32>, tensor<64xf32>, tensor<64xf32>)
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<65536x64x256x256xf32>, tensor<64xf32>, tensor<64xf32>) -> (tensor<65536x64x256x256xf32>, tensor<64xf32>, tensor<64xf32>)
  // CHECK: bn.update_running %{{.*}}, %{{.*}} update sample {count = 4294967296 : i64, momentum = 1.000000e-01 : f64}
  // PARTS-COUNT-4: bn.update_running %{{.*}}, %{{.*}} update sample {count = 1073741824 : i64, momentum = 1.000000e-01 : f64}
  %running = bn.update_running %p, %variance update sample {count = 4294967296 : i64, momentum = 0.1 : f64} : tensor<64xf32>
  return %y, %running : tensor<65536x64x256x256xf32>, tensor<64xf32>
}

// CHECK-LABEL: @large_group
// EXPAND-LABEL: @large_group
func.func @large_group(%x: tensor<2x64x16384x16384xf32>, %p: tensor<64xf32>) -> tensor<2x64x16384x16384xf32> {
  // EXPAND: nn.reshape %arg0 : (tensor<2x64x16384x16384xf32>) -> tensor<2x4x4294967296xf32>
  %y = bn.group_norm %x, %p, %p {groups = 4 : i64, epsilon = 1.0e-05 : f64}
      : (tensor<2x64x16384x16384xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<2x64x16384x16384xf32>
  return %y : tensor<2x64x16384x16384xf32>
}
