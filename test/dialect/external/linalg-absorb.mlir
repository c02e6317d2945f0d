// Linear linalg operators absorb a scale-shift of their result, in any layout.
// RUN: bn-opt %s --split-input-file --bn-absorb-scale-shifts -o - | FileCheck %s

// CHECK-LABEL: @conv_2d_nchw_fchw
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00]], {{\[\[}}4.000000e+00]]], {{\[\[\[}}-3.000000e+00]], {{\[\[}}-4.000000e+00]]]]>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[1.000000e+01, 2.000000e+01]> : tensor<2xf32>
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x2x4x4xf32>
// CHECK: %[[INIT:.*]] = linalg.broadcast ins(%[[BIAS]] : tensor<2xf32>) outs(%[[EMPTY]] : tensor<1x2x4x4xf32>) dimensions = [0, 2, 3]
// CHECK: %[[CONV:.*]] = linalg.conv_2d_nchw_fchw ins(%{{.*}}, %[[WEIGHTS]] : {{.*}}) outs(%[[INIT]] : {{.*}})
// CHECK: return %[[CONV]]
func.func @conv_2d_nchw_fchw(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]]> : tensor<2x2x1x1xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2x4x4xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x2x4x4xf32>, tensor<2x2x1x1xf32>) outs(%init : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// -----

// The bias is the initial value, of a dynamic shape.
// CHECK-LABEL: @conv_2d_nhwc_hwcf_bias
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00, -2.000000e+00], [6.000000e+00, -4.000000e+00]]]]>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[1.200000e+01, 1.900000e+01]> : tensor<2xf32>
// CHECK: %[[INIT:.*]] = linalg.broadcast ins(%[[BIAS]] : tensor<2xf32>) outs(%{{.*}} : tensor<?x4x4x2xf32>) dimensions = [0, 1, 2]
// CHECK: linalg.conv_2d_nhwc_hwcf ins(%{{.*}}, %[[WEIGHTS]] : {{.*}}) outs(%[[INIT]] : {{.*}})
// CHECK-NOT: bn.scale_shift
func.func @conv_2d_nhwc_hwcf_bias(%x: tensor<?x4x4x2xf32>, %n: index) -> tensor<?x4x4x2xf32> {
  %w = arith.constant dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  %empty = tensor.empty(%n) : tensor<?x4x4x2xf32>
  %init = linalg.generic {indexing_maps = [affine_map<(n, h, w, f) -> (f)>, affine_map<(n, h, w, f) -> (n, h, w, f)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%b : tensor<2xf32>) outs(%empty : tensor<?x4x4x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x4x4x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<?x4x4x2xf32>, tensor<1x1x2x2xf32>) outs(%init : tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 3 : i64} : (tensor<?x4x4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x4x4x2xf32>
  return %1 : tensor<?x4x4x2xf32>
}

// -----

// CHECK-LABEL: @conv_1d_nwc_wcf_strided
// CHECK: linalg.conv_1d_nwc_wcf {{.*}}strides = dense<2>
// CHECK-NOT: bn.scale_shift
func.func @conv_1d_nwc_wcf_strided(%x: tensor<1x9x2xf32>) -> tensor<1x4x3xf32> {
  %w = arith.constant dense<1.0> : tensor<3x2x3xf32>
  %init = arith.constant dense<0.0> : tensor<1x4x3xf32>
  %0 = linalg.conv_1d_nwc_wcf {strides = dense<2> : vector<1xi64>} ins(%x, %w : tensor<1x9x2xf32>, tensor<3x2x3xf32>) outs(%init : tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  %s = arith.constant dense<[2.0, -1.0, 3.0]> : tensor<3xf64>
  %t = arith.constant dense<[10.0, 20.0, 0.0]> : tensor<3xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 2 : i64} : (tensor<1x4x3xf32>, tensor<3xf64>, tensor<3xf64>) -> tensor<1x4x3xf32>
  return %1 : tensor<1x4x3xf32>
}

// -----

// CHECK-LABEL: @conv_3d_ncdhw_fcdhw
// CHECK: linalg.conv_3d_ncdhw_fcdhw
// CHECK-NOT: bn.scale_shift
func.func @conv_3d_ncdhw_fcdhw(%x: tensor<1x2x4x4x4xf32>) -> tensor<1x3x3x3x3xf32> {
  %w = arith.constant dense<1.0> : tensor<3x2x2x2x2xf32>
  %init = arith.constant dense<0.0> : tensor<1x3x3x3x3xf32>
  %0 = linalg.conv_3d_ncdhw_fcdhw ins(%x, %w : tensor<1x2x4x4x4xf32>, tensor<3x2x2x2x2xf32>) outs(%init : tensor<1x3x3x3x3xf32>) -> tensor<1x3x3x3x3xf32>
  %s = arith.constant dense<[2.0, -1.0, 3.0]> : tensor<3xf64>
  %t = arith.constant dense<[10.0, 20.0, 0.0]> : tensor<3xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<1x3x3x3x3xf32>, tensor<3xf64>, tensor<3xf64>) -> tensor<1x3x3x3x3xf32>
  return %1 : tensor<1x3x3x3x3xf32>
}

// -----

// CHECK-LABEL: @depthwise_conv_2d_nhwc_hwc
// CHECK: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}2.000000e+00, -2.000000e+00]]]> : tensor<1x1x2xf32>
// CHECK: linalg.depthwise_conv_2d_nhwc_hwc ins(%{{.*}}, %[[WEIGHTS]]
// CHECK-NOT: bn.scale_shift
func.func @depthwise_conv_2d_nhwc_hwc(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %w = arith.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %init = arith.constant dense<0.0> : tensor<1x4x4x2xf32>
  %0 = linalg.depthwise_conv_2d_nhwc_hwc ins(%x, %w : tensor<1x4x4x2xf32>, tensor<1x1x2xf32>) outs(%init : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 3 : i64} : (tensor<1x4x4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}

// -----

// The right matrix, transposed by its indexing map.
// CHECK-LABEL: @matmul_transposed_rhs
// CHECK: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00, 6.000000e+00], [-4.000000e+00, -5.000000e+00, -6.000000e+00]]>
// CHECK: linalg.matmul {{.*}} ins(%{{.*}}, %[[WEIGHTS]]
// CHECK-NOT: bn.scale_shift
func.func @matmul_transposed_rhs(%x: tensor<4x3xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %init = arith.constant dense<0.0> : tensor<4x2xf32>
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%x, %w : tensor<4x3xf32>, tensor<2x3xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<4x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// -----

// Rows of a constant left matrix.
// CHECK-LABEL: @matmul_constant_lhs
// CHECK: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [-3.000000e+00, -4.000000e+00]]>
// CHECK: %[[INIT:.*]] = linalg.broadcast {{.*}} dimensions = [1]
// CHECK: linalg.matmul ins(%[[WEIGHTS]], %{{.*}}) outs(%[[INIT]]
// CHECK-NOT: bn.scale_shift
func.func @matmul_constant_lhs(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %init = arith.constant dense<0.0> : tensor<2x5xf32>
  %0 = linalg.matmul ins(%w, %x : tensor<2x2xf32>, tensor<2x5xf32>) outs(%init : tensor<2x5xf32>) -> tensor<2x5xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 0 : i64} : (tensor<2x5xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x5xf32>
  return %1 : tensor<2x5xf32>
}

// -----

// CHECK-LABEL: @batch_matmul_batch_axis
// CHECK: %[[INIT:.*]] = linalg.broadcast {{.*}} dimensions = [1, 2]
// CHECK: linalg.batch_matmul {{.*}} outs(%[[INIT]]
// CHECK-NOT: bn.scale_shift
func.func @batch_matmul_batch_axis(%x: tensor<2x4x3xf32>) -> tensor<2x4x5xf32> {
  %w = arith.constant dense<1.0> : tensor<2x3x5xf32>
  %init = arith.constant dense<0.0> : tensor<2x4x5xf32>
  %0 = linalg.batch_matmul ins(%x, %w : tensor<2x4x3xf32>, tensor<2x3x5xf32>) outs(%init : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 0 : i64} : (tensor<2x4x5xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x4x5xf32>
  return %1 : tensor<2x4x5xf32>
}

// -----

// A contraction that no named operator describes.
// CHECK-LABEL: @generic_contraction
// CHECK: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}2.000000e+00], [-1.000000e+00]], {{\[\[}}4.000000e+00], [-2.000000e+00]]]>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[WEIGHTS]]
// CHECK-NOT: bn.scale_shift
func.func @generic_contraction(%x: tensor<2x1x4xf32>) -> tensor<2x4xf32> {
  %w = arith.constant dense<[[[1.0], [1.0]], [[2.0], [2.0]]]> : tensor<2x2x1xf32>
  %init = arith.constant dense<0.0> : tensor<2x4xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(f, p, c, k) -> (c, k, p)>, affine_map<(f, p, c, k) -> (c, f, k)>, affine_map<(f, p, c, k) -> (f, p)>],
      iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<2x1x4xf32>, tensor<2x2x1xf32>) outs(%init : tensor<2x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %product = arith.mulf %a, %b : f32
    %sum = arith.addf %out, %product : f32
    linalg.yield %sum : f32
  } -> tensor<2x4xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 0 : i64} : (tensor<2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// -----

// A fill whose zero a generic captures, as fusion leaves it, is no bias either.
// CHECK-LABEL: @conv_2d_nchw_fchw_generic_fill
// CHECK: %[[INIT:.*]] = linalg.broadcast
// CHECK: %[[CONV:.*]] = linalg.conv_2d_nchw_fchw {{.*}} outs(%[[INIT]] : {{.*}})
// CHECK: return %[[CONV]]
func.func @conv_2d_nchw_fchw_generic_fill(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = arith.constant dense<[[[[1.0]]], [[[3.0]]]]> : tensor<2x1x1x1xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2x4x4xf32>
  %init = linalg.generic {indexing_maps = [affine_map<(n, f, h, w) -> (n, f, h, w)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%empty : tensor<1x2x4x4xf32>) {
  ^bb0(%out: f32):
    linalg.yield %zero : f32
  } -> tensor<1x2x4x4xf32>
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) outs(%init : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %s = arith.constant dense<[2.0, -1.0]> : tensor<2xf64>
  %t = arith.constant dense<[10.0, 20.0]> : tensor<2xf64>
  %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}
