// Norms with computed statistics, written out in means and roots, and what
// looks like them.

// RUN: bn-opt %s --bn-raise-normalizations --split-input-file --verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter-missed=bn-fold | FileCheck %s

// As PyTorch exports it.
// CHECK-LABEL: @raise_layer_norm
func.func @raise_layer_norm(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<5.000000e+00> : tensor<4xf32>
  // CHECK: %[[Y:.*]] = bn.layer_norm %arg0, %[[SCALE]], %[[OFFSET]] {axis = 2 : i64, epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return %[[Y]]
  %two = arith.constant dense<2.0> : tensor<f32>
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %offset = arith.constant dense<5.0> : tensor<4xf32>
  %mean = nn.reduce_mean %x axes [2] keep_dims : (tensor<?x3x4xf32>) -> tensor<?x3x1xf32>
  %centered = nn.sub %x, %mean : (tensor<?x3x4xf32>, tensor<?x3x1xf32>) -> tensor<?x3x4xf32>
  %square = nn.pow %centered, %two : (tensor<?x3x4xf32>, tensor<f32>) -> tensor<?x3x4xf32>
  %variance = nn.reduce_mean %square axes [2] keep_dims : (tensor<?x3x4xf32>) -> tensor<?x3x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<?x3x1xf32>, tensor<f32>) -> tensor<?x3x1xf32>
  %root = nn.sqrt %sum : tensor<?x3x1xf32>
  %normalized = nn.div %centered, %root : (tensor<?x3x4xf32>, tensor<?x3x1xf32>) -> tensor<?x3x4xf32>
  %scaled = nn.mul %normalized, %scale : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  %y = nn.add %scaled, %offset : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// -----

// As TensorFlow computes it: x·k + (offset − mean·k), variance as E[x²] − E[x]².
// CHECK-LABEL: @raise_layer_norm_folded_into_factors
func.func @raise_layer_norm_folded_into_factors(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<5.000000e+00> : tensor<4xf32>
  // CHECK: bn.layer_norm %arg0, %[[SCALE]], %[[OFFSET]] {axis = 1 : i64, epsilon = 5.000000e-01 : f64}
  // CHECK-NEXT: return
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %power = arith.constant dense<-0.5> : tensor<f32>
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %offset = arith.constant dense<5.0> : tensor<4xf32>
  %mean = nn.reduce_mean %x axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %square = nn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %moment = nn.reduce_mean %square axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %mean2 = nn.mul %mean, %mean : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %variance = nn.sub %moment, %mean2 : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %sum = nn.add %epsilon, %variance : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %inverse = nn.pow %sum, %power : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %k = nn.mul %inverse, %scale : (tensor<2x1xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %xk = nn.mul %x, %k : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %mk = nn.mul %mean, %k : (tensor<2x1xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %rest = nn.sub %offset, %mk : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = nn.add %xk, %rest : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// A mean that has lost its dimension and got it back, and a root inverted; over
// an image, with a scale per channel: an instance norm. The mean has another
// user, which keeps it.
// CHECK-LABEL: @raise_instance_norm
func.func @raise_instance_norm(%x: tensor<1x2x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) {
  // CHECK: %[[MEAN:.*]] = nn.reshape
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<0.000000e+00> : tensor<2xf32>
  // CHECK: %[[Y:.*]] = bn.group_norm %arg0, %[[SCALE]], %[[OFFSET]] {epsilon = 5.000000e-01 : f64, groups = 2 : i64}
  // CHECK-NEXT: return %[[Y]], %[[MEAN]]
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %scale = arith.constant dense<[[[2.0]], [[3.0]]]> : tensor<2x1x1xf32>
  %flat = nn.reduce_mean %x axes [2, 3] : (tensor<1x2x4x4xf32>) -> tensor<1x2xf32>
  %mean = nn.reshape %flat : (tensor<1x2xf32>) -> tensor<1x2x1x1xf32>
  %centered = nn.sub %x, %mean : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %difference = nn.sub %mean, %x : (tensor<1x2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %square = nn.mul %difference, %difference : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %variance = nn.reduce_mean %square axes [2, 3] keep_dims : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<1x2x1x1xf32>, tensor<f32>) -> tensor<1x2x1x1xf32>
  %root = nn.sqrt %sum : tensor<1x2x1x1xf32>
  %inverse = nn.div %one, %root : (tensor<f32>, tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %normalized = nn.mul %inverse, %centered : (tensor<1x2x1x1xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %y = nn.mul %normalized, %scale : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %y, %mean : tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>
}

// -----

// An RMS norm has no offset: what is added stays outside.
// CHECK-LABEL: @raise_rms_norm
func.func @raise_rms_norm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: %[[NORM:.*]] = bn.rms_norm %arg0, %{{.*}} {axis = 1 : i64, epsilon = 0.000000e+00 : f64}
  // CHECK-NEXT: nn.add %[[NORM]]
  // CHECK-NEXT: return
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %square = nn.mul %x, %x : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %moment = nn.reduce_mean %square axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %moment : tensor<2x1xf32>
  %inverse = nn.reciprocal %root : tensor<2x1xf32>
  %normalized = nn.mul %x, %inverse : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %scaled = nn.mul %scale, %normalized : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = nn.add %scaled, %scale : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// PyTorch's group norm is an instance norm of the groups between reshapes.
// CHECK-LABEL: @raise_group_norm
func.func @raise_group_norm(%x: tensor<?x4x3x3xf32>) -> tensor<?x4x3x3xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<[5.000000e+00, 6.000000e+00, 7.000000e+00, 8.000000e+00]> : tensor<4xf32>
  // CHECK: bn.group_norm %arg0, %[[SCALE]], %[[OFFSET]] {epsilon = 5.000000e-01 : f64, groups = 2 : i64} : (tensor<?x4x3x3xf32>
  // CHECK-NEXT: return
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %scale = arith.constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
  %offset = arith.constant dense<[[[5.0]], [[6.0]], [[7.0]], [[8.0]]]> : tensor<4x1x1xf32>
  %0 = nn.reshape %x : (tensor<?x4x3x3xf32>) -> tensor<?x2x18xf32>
  %1 = bn.group_norm %0, %one, %zero {epsilon = 0.5 : f64, groups = 2 : i64} : (tensor<?x2x18xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x18xf32>
  %2 = nn.reshape %1 : (tensor<?x2x18xf32>) -> tensor<?x4x3x3xf32>
  %3 = nn.mul %2, %scale : (tensor<?x4x3x3xf32>, tensor<4x1x1xf32>) -> tensor<?x4x3x3xf32>
  %4 = nn.add %3, %offset : (tensor<?x4x3x3xf32>, tensor<4x1x1xf32>) -> tensor<?x4x3x3xf32>
  return %4 : tensor<?x4x3x3xf32>
}

// -----

// Batch statistics are none for inference.
// CHECK-LABEL: @no_raise_batch_statistics
func.func @no_raise_batch_statistics(%x: tensor<8x2x4x4xf32>) -> tensor<8x2x4x4xf32> {
  // CHECK-COUNT-2: nn.reduce_mean
  // CHECK: nn.div
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %mean = nn.reduce_mean %x axes [0, 2, 3] keep_dims : (tensor<8x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %centered = nn.sub %x, %mean : (tensor<8x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<8x2x4x4xf32>
  %square = nn.mul %centered, %centered : (tensor<8x2x4x4xf32>, tensor<8x2x4x4xf32>) -> tensor<8x2x4x4xf32>
  %variance = nn.reduce_mean %square axes [0, 2, 3] keep_dims : (tensor<8x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %sum = nn.add %variance, %epsilon : (tensor<1x2x1x1xf32>, tensor<f32>) -> tensor<1x2x1x1xf32>
  %root = nn.sqrt %sum : tensor<1x2x1x1xf32>
  // expected-remark@+1 {{mean and variance are those of the batch, over dimensions 0, 2, 3}}
  %y = nn.div %centered, %root : (tensor<8x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<8x2x4x4xf32>
  return %y : tensor<8x2x4x4xf32>
}

// -----

// √variance + ε is not √(variance + ε).
// CHECK-LABEL: @no_raise_epsilon_outside
func.func @no_raise_epsilon_outside(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.div
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %mean = nn.reduce_mean %x axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %centered = nn.sub %x, %mean : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %square = nn.mul %centered, %centered : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %variance = nn.reduce_mean %square axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %variance : tensor<2x1xf32>
  %sum = nn.add %root, %epsilon : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %y = nn.div %centered, %sum : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Mean and variance over different dimensions.
// CHECK-LABEL: @no_raise_different_axes
func.func @no_raise_different_axes(%x: tensor<2x4x4xf32>) -> tensor<2x4x4xf32> {
  // CHECK: nn.div
  %mean = nn.reduce_mean %x axes [1] keep_dims : (tensor<2x4x4xf32>) -> tensor<2x1x4xf32>
  %centered = nn.sub %x, %mean : (tensor<2x4x4xf32>, tensor<2x1x4xf32>) -> tensor<2x4x4xf32>
  %others = nn.reduce_mean %x axes [2] keep_dims : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %difference = nn.sub %x, %others : (tensor<2x4x4xf32>, tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  %square = nn.mul %difference, %difference : (tensor<2x4x4xf32>, tensor<2x4x4xf32>) -> tensor<2x4x4xf32>
  %variance = nn.reduce_mean %square axes [2] keep_dims : (tensor<2x4x4xf32>) -> tensor<2x4x1xf32>
  %root = nn.sqrt %variance : tensor<2x4x1xf32>
  %y = nn.div %centered, %root : (tensor<2x4x4xf32>, tensor<2x4x1xf32>) -> tensor<2x4x4xf32>
  return %y : tensor<2x4x4xf32>
}

// -----

// CHECK-LABEL: @no_raise_variance_of_another_value
func.func @no_raise_variance_of_another_value(%x: tensor<2x4xf32>, %z: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.div
  %mean = nn.reduce_mean %x axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %centered = nn.sub %x, %mean : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %mean_z = nn.reduce_mean %z axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %centered_z = nn.sub %z, %mean_z : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %square = nn.mul %centered_z, %centered_z : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %variance = nn.reduce_mean %square axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %variance : tensor<2x1xf32>
  %y = nn.div %centered, %root : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Without its dimension the mean of row i is subtracted from column i.
// CHECK-LABEL: @no_raise_mean_of_other_rows
func.func @no_raise_mean_of_other_rows(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // CHECK: nn.div
  %mean = nn.reduce_mean %x axes [1] : (tensor<4x4xf32>) -> tensor<4xf32>
  %centered = nn.sub %x, %mean : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %square = nn.mul %centered, %centered : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %variance = nn.reduce_mean %square axes [1] : (tensor<4x4xf32>) -> tensor<4xf32>
  %root = nn.sqrt %variance : tensor<4xf32>
  %y = nn.div %centered, %root : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

// The variance about the mean divides x itself.
// CHECK-LABEL: @no_raise_numerator_not_centered
func.func @no_raise_numerator_not_centered(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: nn.div
  %mean = nn.reduce_mean %x axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %centered = nn.sub %x, %mean : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %square = nn.mul %centered, %centered : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %variance = nn.reduce_mean %square axes [1] keep_dims : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %root = nn.sqrt %variance : tensor<2x1xf32>
  %y = nn.div %x, %root : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// Groups that are not runs of channels of one sample.
// CHECK-LABEL: @no_raise_group_norm_across_samples
func.func @no_raise_group_norm_across_samples(%x: tensor<2x4x3xf32>) -> tensor<2x4x3xf32> {
  // CHECK: nn.reshape
  // CHECK: bn.group_norm
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %0 = nn.reshape %x : (tensor<2x4x3xf32>) -> tensor<1x2x12xf32>
  %1 = bn.group_norm %0, %one, %zero {epsilon = 0.5 : f64, groups = 2 : i64} : (tensor<1x2x12xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x12xf32>
  %2 = nn.reshape %1 : (tensor<1x2x12xf32>) -> tensor<2x4x3xf32>
  return %2 : tensor<2x4x3xf32>
}
