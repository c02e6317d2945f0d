// Training between convolutions is a kernel with its activation, which gives the statistics too.

// RUN: bn-opt %s --bn-fuse="split=false share=false epilogue=false" --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @training_between_convolutions
// CHECK: %[[X:.*]] = kernel.launch @conv3x3 ins(%arg0,
// CHECK-NEXT: %[[Y:.*]]:3 = kernel.launch @training_relu ins(%[[X]], %arg1, %arg2
// CHECK-NEXT: kernel.launch @conv3x3_0 ins(%[[Y]]#0,
// CHECK-NEXT: return
// CHECK: kernel.func @training_relu(
// CHECK-NEXT: %[[RESULT:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.training
// CHECK-NEXT: %[[RELU:.*]] = nn.relu %[[RESULT]]
// CHECK-NEXT: kernel.return %[[RELU]], %[[MEAN]], %[[VARIANCE]]
func.func @training_between_convolutions(%x: tensor<2x16x14x14xf32>, %scale: tensor<32xf32>, %offset: tensor<32xf32>) -> tensor<2x32x14x14xf32> {
  %w0 = arith.constant dense_resource<w0> : tensor<32x16x3x3xf32>
  %w1 = arith.constant dense_resource<w1> : tensor<32x32x3x3xf32>
  %0 = nn.conv %x, %w0 pads [1, 1, 1, 1] : (tensor<2x16x14x14xf32>, tensor<32x16x3x3xf32>) -> tensor<2x32x14x14xf32>
  %1, %mean, %variance = bn.training %0, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x32x14x14xf32>, tensor<32xf32>, tensor<32xf32>) -> (tensor<2x32x14x14xf32>, tensor<32xf32>, tensor<32xf32>)
  %2 = nn.relu %1 : tensor<2x32x14x14xf32>
  %3 = nn.conv %2, %w1 pads [1, 1, 1, 1] : (tensor<2x32x14x14xf32>, tensor<32x32x3x3xf32>) -> tensor<2x32x14x14xf32>
  return %3 : tensor<2x32x14x14xf32>
}

// -----

// The running mean stands before the activation, and moves behind the launch.
// CHECK-LABEL: func.func @statistics_are_read_early
// CHECK: %[[Y:.*]]:3 = kernel.launch @training_leaky_relu ins(%arg0,
// CHECK-NEXT: %[[RUNNING:.*]] = kernel.launch @update_running ins(%arg1, %[[Y]]#1
// CHECK-NEXT: return %[[Y]]#0, %[[RUNNING]]
func.func @statistics_are_read_early(%x: tensor<16x32xf32>, %scale: tensor<32xf32>, %offset: tensor<32xf32>)
    -> (tensor<16x32xf32>, tensor<32xf32>) {
  %0, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>) -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>)
  %running = bn.update_running %scale, %mean keep population {momentum = 0.9 : f64, count = 16 : i64} : tensor<32xf32>
  %1 = nn.leaky_relu %0 {alpha = 0.1 : f64} : tensor<16x32xf32>
  return %1, %running : tensor<16x32xf32>, tensor<32xf32>
}

// -----

// What reads a statistic cannot be part of the kernel that makes it.
// CHECK-LABEL: func.func @statistics_come_back
// CHECK: %[[Y:.*]]:4 = kernel.launch @training ins(%arg0,
// CHECK-NEXT: kernel.launch @normalize_relu ins(%[[Y]]#0,{{.*}} %[[Y]]#1, %[[Y]]#2, %[[Y]]#3
func.func @statistics_come_back(%x: tensor<16x32xf32>, %scale: tensor<32xf32>, %offset: tensor<32xf32>) -> tensor<16x32xf32> {
  %0, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>) -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>)
  %1 = bn.normalize %0, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>) -> tensor<16x32xf32>
  %2 = nn.relu %1 : tensor<16x32xf32>
  return %2 : tensor<16x32xf32>
}

// -----

// The masked gradient is computed in the load of the kernel that sums it.
// CHECK-LABEL: func.func @gradient_loads
// CHECK: %[[DX:.*]]:3 = kernel.launch @mul_gradient ins(%arg2, %arg3, %arg0, %arg1 :
// CHECK-NEXT: return %[[DX]]#0, %[[DX]]#1, %[[DX]]#2
func.func @gradient_loads(%x: tensor<16x32xf32>, %scale: tensor<32xf32>, %dy: tensor<16x32xf32>, %mask: tensor<16x32xf32>)
    -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>) {
  %0 = nn.mul %dy, %mask : (tensor<16x32xf32>, tensor<16x32xf32>) -> tensor<16x32xf32>
  %dx, %dscale, %doffset = bn.gradient %x, %scale, %scale, %scale, %0 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<16x32xf32>) -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>)
  return %dx, %dscale, %doffset : tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>
}
