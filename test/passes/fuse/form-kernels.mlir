// Which operators become one kernel, and what the kernel takes.
// RUN: bn-opt %s --bn-form-kernels --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @fuse_conv_add_relu(
// CHECK-SAME: %[[X:.*]]: tensor<1x4x5x5xf32>, %[[Y:.*]]: tensor<1x4x5x5xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK-NEXT: %[[R:.*]] = kernel.launch @conv1x1_add_relu ins(%[[X]], %[[W]], %[[B]], %[[Y]] :
// CHECK-NEXT: return %[[R]]
func.func @fuse_conv_add_relu(%x: tensor<1x4x5x5xf32>, %y: tensor<1x4x5x5xf32>,
                              %w: tensor<4x4x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x5x5xf32> {
  %0 = nn.conv %x, %w bias %b : (tensor<1x4x5x5xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>) -> tensor<1x4x5x5xf32>
  %1 = nn.add %0, %y : (tensor<1x4x5x5xf32>, tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32>
  %2 = nn.relu %1 : tensor<1x4x5x5xf32>
  return %2 : tensor<1x4x5x5xf32>
}

// CHECK: kernel.func @conv1x1_add_relu
// CHECK: nn.conv
// CHECK: nn.add
// CHECK: nn.relu
// CHECK: kernel.return

// -----

// x·sigmoid(x) reads its operand twice; the value does not leave the kernel.
// CHECK-LABEL: func.func @fuse_silu_diamond(
// CHECK: kernel.launch @conv1x1_sigmoid_mul
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @fuse_silu_diamond(%x: tensor<1x4x5x5xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32> {
  %0 = nn.conv %x, %w : (tensor<1x4x5x5xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32>
  %1 = nn.sigmoid %0 : tensor<1x4x5x5xf32>
  %2 = nn.mul %0, %1 : (tensor<1x4x5x5xf32>, tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32>
  return %2 : tensor<1x4x5x5xf32>
}

// -----

// The launch stands where the addition stood, after the other branch.
// CHECK-LABEL: func.func @fuse_into_later_add(
// CHECK: %[[SHORT:.*]] = kernel.launch @conv1x1 ins
// CHECK-NEXT: kernel.launch @conv1x1_add ins(%{{.*}}, %{{.*}}, %[[SHORT]]
func.func @fuse_into_later_add(%x: tensor<1x4x5x5xf32>, %w: tensor<4x4x1x1xf32>,
                               %v: tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32> {
  %0 = nn.conv %x, %w : (tensor<1x4x5x5xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32>
  %1 = nn.conv %x, %v : (tensor<1x4x5x5xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32>
  %2 = nn.add %0, %1 : (tensor<1x4x5x5xf32>, tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32>
  return %2 : tensor<1x4x5x5xf32>
}

// -----

// A splat constant is part of the kernel, other constants are its arguments.
// CHECK-LABEL: func.func @constants(
// CHECK: kernel.launch @mul_add ins(%{{.*}}, %{{.*}} : tensor<1x2x3x3xf32>, tensor<1x2x1x1xf32>)
// CHECK: kernel.func @mul_add
// CHECK: arith.constant dense<2.000000e+00>
func.func @constants(%x: tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32> {
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %c = arith.constant dense<[[[[1.0]], [[3.0]]]]> : tensor<1x2x1x1xf32>
  %0 = nn.mul %x, %two : (tensor<1x2x3x3xf32>, tensor<1xf32>) -> tensor<1x2x3x3xf32>
  %1 = nn.add %0, %c : (tensor<1x2x3x3xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}

// -----

// CHECK-LABEL: func.func @no_fuse_conv_two_users(
// CHECK: kernel.launch @conv1x1 ins
// CHECK: kernel.launch @relu ins
func.func @no_fuse_conv_two_users(%x: tensor<1x4x5x5xf32>, %w: tensor<4x4x1x1xf32>)
    -> (tensor<1x4x5x5xf32>, tensor<1x4x5x5xf32>) {
  %0 = nn.conv %x, %w : (tensor<1x4x5x5xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x5x5xf32>
  %1 = nn.relu %0 : tensor<1x4x5x5xf32>
  return %0, %1 : tensor<1x4x5x5xf32>, tensor<1x4x5x5xf32>
}

// -----

// The smaller tensor is complete before the product reads it.
// CHECK-LABEL: func.func @no_fuse_other_shape(
// CHECK: kernel.launch @reduce_mean_sigmoid
// CHECK: kernel.launch @mul
func.func @no_fuse_other_shape(%x: tensor<1x4x5x5xf32>) -> tensor<1x4x5x5xf32> {
  %0 = nn.reduce_mean %x axes [2, 3] keep_dims : (tensor<1x4x5x5xf32>) -> tensor<1x4x1x1xf32>
  %1 = nn.sigmoid %0 : tensor<1x4x1x1xf32>
  %2 = nn.mul %x, %1 : (tensor<1x4x5x5xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x5x5xf32>
  return %2 : tensor<1x4x5x5xf32>
}
