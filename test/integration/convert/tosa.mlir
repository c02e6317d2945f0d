// Batch norms in TOSA, raised before the rest is lowered, fold into linalg's convolution and compute what they computed.

// RUN: %run_linalg %s --tolerance=2e-6 --reference-passes='%tosa_to_linalg' \
// RUN:   --passes='raise-tosa-to-bn,%tosa_to_linalg,bn-fold,convert-bn-to-linalg'
// RUN: %run_linalg %s --tolerance=1e-6 --reference-passes='%tosa_to_linalg' \
// RUN:   --passes='raise-tosa-to-bn,%tosa_to_linalg,convert-bn-to-linalg'
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --split-input-file \
// RUN:   --pass-pipeline='builtin.module(raise-tosa-to-bn,%tosa_to_linalg,bn-fold,canonicalize)' | FileCheck %s

// CHECK-LABEL: @fold_conv2d_constants
// CHECK: linalg.conv_2d_nhwc
// CHECK-NOT: linalg.
// CHECK-NOT: bn.
// CHECK: return
func.func @fold_conv2d_constants(%x: tensor<1x4x4x2xf32>) -> tensor<1x3x3x2xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %point = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %w = "tosa.const"() <{values = dense<[[[[1.0, 2.0], [-1.0, 0.5]], [[0.25, 1.0], [1.0, -2.0]]], [[[0.5, -1.0], [3.0, 1.0]], [[1.0, 0.5], [-0.5, 2.0]]]]> : tensor<2x2x2x2xf32>}> : () -> tensor<2x2x2x2xf32>
  %b = "tosa.const"() <{values = dense<[0.5, -1.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %s = "tosa.const"() <{values = dense<[[[[1.5, -0.75]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %o = "tosa.const"() <{values = dense<[[[[0.5, 1.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %m = "tosa.const"() <{values = dense<[[[[0.1, -2.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %v = "tosa.const"() <{values = dense<[[[[0.7, 2.5]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %epsilon = "tosa.const"() <{values = dense<1.0e-3> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %c = tosa.conv2d %x, %w, %b, %point, %point {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
     : (tensor<1x4x4x2xf32>, tensor<2x2x2x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x3x2xf32>
  %0 = tosa.sub %c, %m : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x3x3x2xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x2xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x3x3x2xf32>
  %4 = tosa.mul %3, %s, %zero : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x3x3x2xf32>
  %5 = tosa.add %4, %o : (tensor<1x3x3x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x3x3x2xf32>
  return %5 : tensor<1x3x3x2xf32>
}

// -----

// Parameters of a call: nothing to fold, and the operator lowers.

// CHECK-LABEL: @lower_parameters_not_constant
// CHECK: bn.inference
func.func @lower_parameters_not_constant(%x: tensor<2x3x4xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %shape = tosa.const_shape {values = dense<[1, 3, 1]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<1.0e-3> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %s = tosa.reshape %scale, %shape : (tensor<3xf32>, !tosa.shape<3>) -> tensor<1x3x1xf32>
  %m = tosa.reshape %mean, %shape : (tensor<3xf32>, !tosa.shape<3>) -> tensor<1x3x1xf32>
  %v = tosa.reshape %variance, %shape : (tensor<3xf32>, !tosa.shape<3>) -> tensor<1x3x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3x4xf32>, tensor<1x3x1xf32>) -> tensor<2x3x4xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3x1xf32>, tensor<1x1x1xf32>) -> tensor<1x3x1xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3x1xf32>) -> tensor<1x3x1xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3x4xf32>, tensor<1x3x1xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  %4 = tosa.mul %3, %s, %zero : (tensor<2x3x4xf32>, tensor<1x3x1xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  return %4 : tensor<2x3x4xf32>
}
