// Training between convolutions: its sums read the first one's result, and the second normalizes while it loads.

// RUN: bn-opt %s --bn-fuse --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @training_between_convolutions
// CHECK: %[[X:.*]] = kernel.launch @conv3x3 ins(%arg0,
// CHECK: %[[REST:.*]] = kernel.launch @sub_reduce_mean ins(%[[X]],
// CHECK: kernel.launch @sub_sub_mul_reduce_mean_add ins(%[[X]],
// CHECK: kernel.launch @[[LAST:.*]] ins(%[[X]],{{.*}} -> tensor<2x32x14x14xf32>
// CHECK-NEXT: return
// CHECK: kernel.func @[[LAST]](
// CHECK: nn.sub
// CHECK-NEXT: nn.sub
// CHECK-NEXT: nn.mul
// CHECK-NEXT: nn.add
// CHECK-NEXT: nn.relu
// CHECK-NEXT: nn.conv
// CHECK-NEXT: kernel.return
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

// A matrix of features in its columns, and an activation.
// CHECK-LABEL: func.func @training_of_columns
// CHECK: %[[Y:.*]] = kernel.launch @sub_sub_mul_add_leaky_relu ins(%arg0,
// CHECK-NEXT: return %[[Y]]
func.func @training_of_columns(%x: tensor<16x32xf32>, %scale: tensor<32xf32>, %offset: tensor<32xf32>) -> tensor<16x32xf32> {
  %0, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>) -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>)
  %1 = nn.leaky_relu %0 {alpha = 0.1 : f64} : tensor<16x32xf32>
  return %1 : tensor<16x32xf32>
}
