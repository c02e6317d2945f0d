// Inference batch norm written out in arithmetic by constants.

// RUN: bn-opt %s --bn-raise-normalizations --split-input-file | FileCheck %s

// s = 6/√(3.5 + 0.5) = 3 and 8/√(15.5 + 0.5) = 2, t = 1 − 2·3 and 1 − 4·2.
// CHECK-LABEL: @raise_sub_div_mul_add
func.func @raise_sub_div_mul_add(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[3.000000e+00, 2.000000e+00]> : tensor<2xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[-5.000000e+00, -7.000000e+00]> : tensor<2xf64>
  // CHECK: %[[Y:.*]] = bn.scale_shift %arg0, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
  // CHECK-NEXT: return %[[Y]]
  %variance = arith.constant dense<[[[3.5]], [[15.5]]]> : tensor<2x1x1xf32>
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %mean = arith.constant dense<[[[2.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %scale = arith.constant dense<[[[6.0]], [[8.0]]]> : tensor<2x1x1xf32>
  %offset = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %0 = nn.add %variance, %epsilon : (tensor<2x1x1xf32>, tensor<f32>) -> tensor<2x1x1xf32>
  %1 = nn.sqrt %0 : tensor<2x1x1xf32>
  %2 = nn.sub %x, %mean : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %3 = nn.div %2, %1 : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %4 = nn.mul %3, %scale : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %5 = nn.add %4, %offset : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %5 : tensor<1x2x4x4xf32>
}

// -----

// TensorFlow's form, channels last: x·k + (offset − mean·k), k = scale·rsqrt.
// CHECK-LABEL: @raise_rsqrt_folded_into_factors
func.func @raise_rsqrt_folded_into_factors(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[3.000000e+00, 2.000000e+00]> : tensor<2xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[-5.000000e+00, -7.000000e+00]> : tensor<2xf64>
  // CHECK: bn.scale_shift %arg0, %[[SCALE]], %[[SHIFT]] {featureIndex = 3 : i64}
  // CHECK-NEXT: return
  %variance = arith.constant dense<[3.5, 15.5]> : tensor<2xf32>
  %epsilon = arith.constant dense<0.5> : tensor<f32>
  %mean = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  %scale = arith.constant dense<[6.0, 8.0]> : tensor<2xf32>
  %offset = arith.constant dense<1.0> : tensor<2xf32>
  %0 = nn.add %variance, %epsilon : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.sqrt %0 : tensor<2xf32>
  %2 = nn.reciprocal %1 : tensor<2xf32>
  %3 = nn.mul %2, %scale : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = nn.mul %mean, %3 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %5 = nn.sub %offset, %4 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %6 = nn.mul %x, %3 : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %7 = nn.add %6, %5 : (tensor<1x4x4x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return %7 : tensor<1x4x4x2xf32>
}

// -----

// rsqrt as a power, parameters reshaped on the way, data on the right.
// CHECK-LABEL: @raise_pow_and_reshapes
func.func @raise_pow_and_reshapes(%x: tensor<?x2x?xf32>) -> tensor<?x2x?xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[-5.000000e-01, -2.500000e-01]> : tensor<2xf64>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf64>
  // CHECK: bn.scale_shift %arg0, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
  // CHECK-NEXT: return
  %variance = arith.constant dense<[4.0, 16.0]> : tensor<2xf32>
  %half = arith.constant dense<-0.5> : tensor<f32>
  %offset = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.pow %variance, %half : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.reshape %0 : (tensor<2xf32>) -> tensor<1x2x1xf32>
  %2 = nn.mul %1, %x : (tensor<1x2x1xf32>, tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  %3 = nn.sub %offset, %2 : (tensor<2x1xf32>, tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  return %3 : tensor<?x2x?xf32>
}

// -----

// In-place ABN: |scale| + ε, whatever the sign.
// CHECK-LABEL: @raise_absolute_scale
func.func @raise_absolute_scale(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.250000e+00, 2.500000e-01]> : tensor<2xf64>
  // CHECK: bn.scale_shift %arg0, %[[SCALE]],
  // CHECK-NEXT: return
  %scale = arith.constant dense<[[-1.0], [0.0]]> : tensor<2x1xf32>
  %epsilon = arith.constant dense<0.25> : tensor<1xf32>
  %mean = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.abs %scale : tensor<2x1xf32>
  %1 = nn.add %0, %epsilon : (tensor<2x1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %2 = nn.sub %x, %mean : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %3 = nn.mul %2, %1 : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %3 : tensor<1x2x4xf32>
}

// -----

// 1/3 rounded to f32 and multiplied by 3 would not be 1.
// CHECK-LABEL: @raise_rounds_nothing
func.func @raise_rounds_nothing(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf64>
  %three = arith.constant dense<[[3.0], [12.0]]> : tensor<2x1xf32>
  %factor = arith.constant dense<3.0> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %0 = nn.div %one, %three : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %1 = nn.mul %x, %0 : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %2 = nn.mul %1, %factor : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// Weights computed from constants are constants, rounded once.
// CHECK-LABEL: @compute_weights
func.func @compute_weights(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 6.000000e+00], [4.000000e+00, 8.000000e+00]]> : tensor<2x2xf32>
  // CHECK: nn.gemm %arg0, %[[WEIGHTS]]
  // CHECK-NEXT: return
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %two = arith.constant dense<2.0> : tensor<f32>
  %0 = nn.mul %w, %two : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %1 = nn.transpose %0 permutation [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.gemm %x, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %2 : tensor<2x2xf32>
}

// -----

// The chain ends at a value with another user, and begins again below it.
// CHECK-LABEL: @raise_below_another_user
func.func @raise_below_another_user(%x: tensor<1x2x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x2x4xf32>) {
  // CHECK: %[[SUM:.*]] = nn.add %arg0,
  // CHECK: %[[Y:.*]] = bn.scale_shift %[[SUM]],
  // CHECK-NEXT: return %[[SUM]], %[[Y]]
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.add %x, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.mul %0, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %2 = nn.add %1, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %0, %2 : tensor<1x2x4xf32>, tensor<1x2x4xf32>
}

// -----

// One operator is no normalization.
// CHECK-LABEL: @no_raise_one_operator
func.func @no_raise_one_operator(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.mul
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.mul %x, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}

// -----

// Scalars are no parameters of features: part of GELU.
// CHECK-LABEL: @no_raise_scalars
func.func @no_raise_scalars(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.add
  // CHECK: nn.mul
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.add %x, %one : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  %1 = nn.mul %0, %half : (tensor<1x2x4xf32>, tensor<f32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// A constant of the shape of the image is no bias.
// CHECK-LABEL: @no_raise_along_several_dimensions
func.func @no_raise_along_several_dimensions(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: nn.mul
  // CHECK: nn.add
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %map = arith.constant dense<[[2.0, 3.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.mul %x, %c : (tensor<1x2x2xf32>, tensor<2x1xf32>) -> tensor<1x2x2xf32>
  %1 = nn.add %0, %map : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// Of two dimensions of one size, each constant has its own.
// CHECK-LABEL: @no_raise_along_different_dimensions
func.func @no_raise_along_different_dimensions(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
  // CHECK: nn.mul
  // CHECK: nn.add
  %rows = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %columns = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %0 = nn.mul %x, %rows : (tensor<1x2x2xf32>, tensor<2x1xf32>) -> tensor<1x2x2xf32>
  %1 = nn.add %0, %columns : (tensor<1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
  return %1 : tensor<1x2x2xf32>
}

// -----

// A constant divided by data is not affine.
// CHECK-LABEL: @no_raise_reciprocal
func.func @no_raise_reciprocal(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.div
  // CHECK: nn.add
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.div %c, %x : (tensor<2x1xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %1 = nn.add %0, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}

// -----

// The root of a negative number is left to the program.
// CHECK-LABEL: @no_raise_negative_variance
func.func @no_raise_negative_variance(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.sqrt
  // CHECK: nn.div
  %variance = arith.constant dense<[[-2.0], [3.0]]> : tensor<2x1xf32>
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.sqrt %variance : tensor<2x1xf32>
  %1 = nn.sub %x, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %2 = nn.div %1, %0 : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// The constant makes the result larger.
// CHECK-LABEL: @no_raise_widening
func.func @no_raise_widening(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.mul
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.mul %x, %c : (tensor<1x1x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  return %0 : tensor<1x2x4xf32>
}
