// What linalg operators cannot absorb, and the reasons.
// RUN: bn-opt %s --split-input-file --bn-absorb-scale-shifts --remarks-filter=bn-fold 2>%t.remarks >%t
// RUN: FileCheck --input-file=%t.remarks %s
// RUN: FileCheck --check-prefix=IR --input-file=%t %s

// Features along the rows, where the constant is the right matrix: also when
// the sizes coincide.
// CHECK: features lie along dimension 0, along which the weights of 'linalg.matmul' do not vary
// IR-LABEL: @no_fold_matmul_rows
// IR: bn.scale_shift
func.func @no_fold_matmul_rows(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %init = arith.constant dense<0.0> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 0 : i64} : (tensor<2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// CHECK: the initial value of 'linalg.matmul' is neither zero nor the broadcast of a bias
// IR-LABEL: @no_fold_matmul_accumulates
// IR: bn.scale_shift
func.func @no_fold_matmul_accumulates(%x: tensor<3x2xf32>, %init: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<3x2xf32>, tensor<2x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// -----

// CHECK: the bias of 'linalg.matmul' varies along other dimensions than the features
// IR-LABEL: @no_fold_matmul_bias_along_rows
// IR: bn.scale_shift
func.func @no_fold_matmul_bias_along_rows(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  %empty = tensor.empty() : tensor<2x2xf32>
  %init = linalg.broadcast ins(%b : tensor<2xf32>) outs(%empty : tensor<2x2xf32>) dimensions = [1]
  %0 = linalg.matmul ins(%x, %w : tensor<2x2xf32>, tensor<2x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// CHECK: 'linalg.pooling_nchw_max'
// IR-LABEL: @no_fold_pooling
// IR: bn.scale_shift
func.func @no_fold_pooling(%x: tensor<1x2x4x4xf32>, %window: tensor<2x2xf32>, %init: tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32> {
  %0 = linalg.pooling_nchw_max ins(%x, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%init : tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<1x2x3x3xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}

// -----

// The bound −t/s of the clamp that the relu would become is no f32.
// CHECK: 'linalg.generic' would get bounds that its type cannot hold exactly enough
// IR-LABEL: @no_fold_relu_bound_overflows
// IR: bn.scale_shift
#id = affine_map<(i, j) -> (i, j)>
func.func @no_fold_relu_bound_overflows(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %s = arith.constant dense<[1.0e-39, 1.0]> : tensor<2xf64>
  %t = arith.constant dense<[1.0, 1.0]> : tensor<2xf64>
  %0 = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3x2xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<3x2xf32>) outs(%empty : tensor<3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %max = arith.maximumf %in, %zero : f32
    linalg.yield %max : f32
  } -> tensor<3x2xf32>
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %init = arith.constant dense<0.0> : tensor<3x2xf32>
  %2 = linalg.matmul ins(%1, %w : tensor<3x2xf32>, tensor<2x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %2 : tensor<3x2xf32>
}
