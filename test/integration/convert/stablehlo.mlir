// StableHLO's batch norms, in generic form, run: on the numbers of its specification, and folded into a convolution.

// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --allow-unregistered-dialect \
// RUN:   --pass-pipeline='builtin.module(convert-stablehlo-to-bn,convert-bn-to-linalg,%to_llvm)' | %runner | FileCheck %s
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --allow-unregistered-dialect \
// RUN:   --pass-pipeline='builtin.module(convert-stablehlo-to-bn,bn-fold,convert-bn-to-linalg,%to_llvm)' \
// RUN:   | %runner | FileCheck %s
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --allow-unregistered-dialect \
// RUN:   --pass-pipeline='builtin.module(convert-stablehlo-to-bn,bn-fold)' | FileCheck %s --check-prefix=FOLD

func.func private @printMemrefF32(tensor<*xf32>)

// CHECK: sizes = [2, 2, 2]
// CHECK: {{\[\[\[}}0,    0],
// CHECK-NEXT: [2,    2]],
// CHECK: {{\[\[}}2,    2],
// CHECK-NEXT: [0,    0]]
func.func @inference() {
  %x = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[3.0, 4.0], [1.0, 2.0]]]> : tensor<2x2x2xf32>
  %scale = "stablehlo.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %mean = "stablehlo.constant"() <{value = dense<[2.0, 3.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %0 = "stablehlo.batch_norm_inference"(%x, %scale, %scale, %mean, %scale) <{epsilon = 0.0 : f32, feature_index = 2 : i64}>
     : (tensor<2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2x2xf32>
  %1 = tensor.cast %0 : tensor<2x2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  return
}

// CHECK: sizes = [2, 2, 2]
// CHECK: {{\[\[\[}}0,    0],
// CHECK-NEXT: [2,    2]],
// CHECK: {{\[\[}}2,    2],
// CHECK-NEXT: [0,    0]]
// CHECK: data =
// CHECK-NEXT: [2, 3]
// CHECK: data =
// CHECK-NEXT: [1, 1]
func.func @training() {
  %x = arith.constant dense<[[[1.0, 2.0], [3.0, 4.0]], [[3.0, 4.0], [1.0, 2.0]]]> : tensor<2x2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %0:3 = "stablehlo.batch_norm_training"(%x, %one, %one) <{epsilon = 0.0 : f32, feature_index = 2 : i64}>
     : (tensor<2x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2x2x2xf32>, tensor<2xf32>, tensor<2xf32>)
  %1 = tensor.cast %0#0 : tensor<2x2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %0#1 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  %3 = tensor.cast %0#2 : tensor<2xf32> to tensor<*xf32>
  call @printMemrefF32(%3) : (tensor<*xf32>) -> ()
  return
}

// CHECK: sizes = [4, 1]
// x̂ = −1, −1, 1, 1; dy = 1, 0, 0, 0: dOffset 1, dScale −1, dx = 2·(dy − 1/4 + x̂/4).
// CHECK-NEXT: [1],
// CHECK-NEXT: [-1],
// CHECK-NEXT: [0],
// CHECK-NEXT: [0]
// CHECK: data =
// CHECK-NEXT: [-1]
// CHECK: data =
// CHECK-NEXT: [1]
func.func @grad() {
  %x = arith.constant dense<[[1.0], [1.0], [3.0], [3.0]]> : tensor<4x1xf32>
  %dy = arith.constant dense<[[1.0], [0.0], [0.0], [0.0]]> : tensor<4x1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf32>
  %0:3 = "stablehlo.batch_norm_grad"(%x, %two, %two, %one, %dy) <{epsilon = 0.0 : f32, feature_index = 1 : i64}>
     : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<4x1xf32>) -> (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>)
  %1 = tensor.cast %0#0 : tensor<4x1xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %0#1 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  %3 = tensor.cast %0#2 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%3) : (tensor<*xf32>) -> ()
  return
}

// The operator is there until it folds: no decomposition has lost it, and none is left.
// FOLD-LABEL: @inference_after_convolution
// FOLD: linalg.conv_2d_nhwc_hwcf
// FOLD-NEXT: tensor.cast
// FOLD-NEXT: call
// CHECK: sizes = [1, 1, 2, 2]
// CHECK: {{\[\[\[\[}}3,    -1],
// CHECK-NEXT: [5,    -3]]]]
func.func @inference_after_convolution(%x: tensor<1x1x2x1xf32>) {
  %w = arith.constant dense<1.0> : tensor<1x1x1x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x1x2x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x1x2x1xf32>, tensor<1x1x1x2xf32>) outs(%init : tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
  %scale = "stablehlo.constant"() <{value = dense<[4.0, -4.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %offset = "stablehlo.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %mean = "stablehlo.constant"() <{value = dense<0.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %variance = "stablehlo.constant"() <{value = dense<3.5> : tensor<2xf32>}> : () -> tensor<2xf32>
  %1 = "stablehlo.batch_norm_inference"(%0, %scale, %offset, %mean, %variance) <{epsilon = 0.5 : f32, feature_index = 3 : i64}>
     : (tensor<1x1x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x1x2x2xf32>
  %2 = tensor.cast %1 : tensor<1x1x2x2xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  call @inference() : () -> ()
  call @training() : () -> ()
  call @grad() : () -> ()
  %x = arith.constant dense<[[[[1.0], [2.0]]]]> : tensor<1x1x2x1xf32>
  call @inference_after_convolution(%x) : (tensor<1x1x2x1xf32>) -> ()
  return
}
