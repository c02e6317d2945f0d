// Scale-shifts that stay, each with the reason as a remark.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file --verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter-missed=bn-fold | FileCheck %s

// CHECK-LABEL: @no_fold_conv_two_users
func.func @no_fold_conv_two_users(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{the result of 'nn.conv' has another use}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_computed_scale
func.func @no_fold_computed_scale(%x: tensor<1x1x4xf32>, %scale: tensor<1xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{'scale' or 'shift' is not a constant}}
  %1 = bn.scale_shift %0, %scale, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_computed_weights
func.func @no_fold_computed_weights(%x: tensor<1x1x4xf32>, %weights: tensor<1x1x1xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{the weights of 'nn.conv' are not a constant}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_computed_bias
func.func @no_fold_computed_bias(%x: tensor<1x1x4xf32>, %bias: tensor<1xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %0 = nn.conv %x, %weights bias %bias : (tensor<1x1x4xf32>, tensor<1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{the bias of 'nn.conv' is not a constant of one element per feature}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// The last dimension has as many elements as there are channels, but is none.
// CHECK-LABEL: @no_fold_axis_wrong
func.func @no_fold_axis_wrong(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %weights = arith.constant dense<3.0> : tensor<2x2x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x2x2xf32>, tensor<2x2x1xf32>) -> tensor<1x2x2xf32>
  // expected-remark@+1 {{features lie along dimension 2, not along the output channels}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 2 : i64} : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// Scale and shift along the rows of a matrix product.
// CHECK-LABEL: @no_fold_gemm_rows
func.func @no_fold_gemm_rows(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %weights = arith.constant dense<3.0> : tensor<2x2xf32>
  %0 = nn.gemm %x, %weights : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // expected-remark@+1 {{features lie along dimension 0, not along the output channels}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 0 : i64} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// BN of a batched product normalizes dimension 1, which is not N, even where
// the sizes are equal.
// CHECK-LABEL: @no_fold_batched_matmul
func.func @no_fold_batched_matmul(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %weights = arith.constant dense<3.0> : tensor<2x2xf32>
  %0 = nn.matmul %x, %weights : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  // expected-remark@+1 {{'nn.matmul' has weights that do not vary along dimension 1}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 1 : i64} : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// The path through the relu ends at once.
// CHECK-LABEL: @no_fold_relu_of_argument
func.func @no_fold_relu_of_argument(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.relu %x : tensor<1x1x4xf32>
  // expected-remark@+1 {{'nn.relu' reads an argument}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_argument
func.func @no_fold_argument(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<1xf32>
  // expected-remark@+1 {{'input' is an argument}}
  %1 = bn.scale_shift %x, %one, %one {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: @no_fold_overflow
func.func @no_fold_overflow(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK: bn.scale_shift
  %scale = arith.constant dense<100.0> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %weights = arith.constant dense<1000.0> : tensor<1x1x1xf16>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  // expected-remark@+1 {{the scaled weights are not finite in their type}}
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  return %1 : tensor<1x1x4xf16>
}

// -----

// CHECK-LABEL: @no_merge_along_other_dimension
func.func @no_merge_along_other_dimension(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK-COUNT-2: bn.scale_shift
  %one = arith.constant dense<1.0> : tensor<2xf32>
  // expected-remark@+1 {{'input' is an argument}}
  %0 = bn.scale_shift %x, %one, %one {featureIndex = 1 : i64} : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  // expected-remark@+1 {{the 'bn.scale_shift' there is along another dimension}}
  %1 = bn.scale_shift %0, %one, %one {featureIndex = 2 : i64} : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// Neither has weights, and no scale-shift passes.
// CHECK-LABEL: @no_fold_between_sigmoids
func.func @no_fold_between_sigmoids(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %0 = nn.sigmoid %x : tensor<1x1x4xf32>
  // expected-remark@+1 {{above, 'nn.sigmoid' has no weights that a scale-shift could go into; below, 'nn.sigmoid' lets no scale-shift pass}}
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.sigmoid %1 : tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Some pass, but not this one.
// CHECK-LABEL: @no_fold_between_leaky_relus
func.func @no_fold_between_leaky_relus(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %0 = nn.leaky_relu %x {alpha = 0.1 : f64} : tensor<1x1x4xf32>
  // expected-remark@+1 {{above, 'nn.leaky_relu' lets no shift pass; below, 'nn.leaky_relu' lets no shift pass}}
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.leaky_relu %1 {alpha = 0.1 : f64} : tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}
