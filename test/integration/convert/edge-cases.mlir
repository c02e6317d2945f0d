// Numbers that are hard, worked out by hand: the plugin lowers bn inside mlir-opt, mlir-runner runs it.

// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin \
// RUN:   --pass-pipeline='builtin.module(convert-bn-to-linalg,%to_llvm)' | %runner | FileCheck %s

func.func private @printMemrefF32(tensor<*xf32>)

// Scales: 1, −2, 0 and −0. Variance + epsilon: 4, 1e-8 (barely positive: a variance below zero), 1e-12, 1.
// CHECK: sizes = [2, 4]
// CHECK-NEXT: [2.5,    20001,    5,    -0.5],
// CHECK-NEXT: [-1.5,    -19999,    5,    -0.5]
func.func @inference_hostile_parameters() {
  %x = arith.constant dense<[[5.0, -1.0, 3.0, 7.0], [-3.0, 1.0, -3.0, -7.0]]> : tensor<2x4xf32>
  %scale = arith.constant dense<[1.0, -2.0, 0.0, -0.0]> : tensor<4xf32>
  %offset = arith.constant dense<[0.5, 1.0, 5.0, -0.5]> : tensor<4xf32>
  %mean = arith.constant dense<[1.0, 0.0, 1.0e4, 0.0]> : tensor<4xf32>
  %variance = arith.constant dense<[3.99999, -9.99e-6, 0.0, 0.99999]> : tensor<4xf64>
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf64>) -> tensor<2x4xf32>
  %1 = tensor.cast %0 : tensor<2x4xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  return
}

// The batch's mean is 100 and its variance 1: normalized by those, it would be −1, 1.
// CHECK: sizes = [2, 1]
// CHECK-NEXT: [99],
// CHECK-NEXT: [101]
func.func @inference_uses_running_statistics() {
  %x = arith.constant dense<[[99.0], [101.0]]> : tensor<2x1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %0 = bn.inference %x, %one, %zero, %zero, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
     : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2x1xf32>
  %1 = tensor.cast %0 : tensor<2x1xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  return
}

// A mean that is 2²⁰ times the deviation: 65536 ± 1/16. mean(x²) − mean(x)² would be 0 or negative in f32.
// CHECK: sizes = [4, 1]
// CHECK-NEXT: [1],
// CHECK-NEXT: [-1],
// CHECK-NEXT: [1],
// CHECK-NEXT: [-1]
// CHECK: data =
// CHECK-NEXT: [65536]
// CHECK: data =
// CHECK-NEXT: [0.00390625]
func.func @training_large_mean() {
  %x = arith.constant dense<[[65536.0625], [65535.9375], [65536.0625], [65535.9375]]> : tensor<4x1xf32>
  %scale = arith.constant dense<1.0> : tensor<1xf32>
  %offset = arith.constant dense<0.0> : tensor<1xf32>
  %0:3 = bn.training %x, %scale, %offset {epsilon = 0.0 : f64, featureIndex = 1 : i64}
     : (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>) -> (tensor<4x1xf32>, tensor<1xf32>, tensor<1xf32>)
  %1 = tensor.cast %0#0 : tensor<4x1xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %0#1 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  %3 = tensor.cast %0#2 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%3) : (tensor<*xf32>) -> ()
  return
}

// 200000 values around 10000, 2⁻⁷ above and below: neither the number nor the mean spoils the variance, 2⁻¹⁴.
// CHECK: sizes = [1]
// CHECK-NEXT: [10000]
// CHECK: data =
// CHECK-NEXT: [6.10352e-05]
func.func @statistics_of_many_values() {
  %n = arith.constant 200000 : index
  %empty = tensor.empty(%n) : tensor<?x1xf32>
  %x = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%empty : tensor<?x1xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %two = arith.constant 2 : index
    %zero = arith.constant 0 : index
    %bit = arith.remui %i, %two : index
    %even = arith.cmpi eq, %bit, %zero : index
    %above = arith.constant 10000.0078125 : f32
    %below = arith.constant 9999.9921875 : f32
    %value = arith.select %even, %above, %below : f32
    linalg.yield %value : f32
  } -> tensor<?x1xf32>
  %0:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<?x1xf32>) -> (tensor<1xf32>, tensor<1xf32>)
  %1 = tensor.cast %0#0 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %0#1 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  return
}

// x = 1, 3: mean 2, variance 1. dy = 1, 0: dOffset 1, dScale −1, dx = 2·(dy − 1/2 − (x − 2)·(−1/2)) = 0, 0.
// CHECK: sizes = [2, 1]
// CHECK-NEXT: [0],
// CHECK-NEXT: [0]
// CHECK: data =
// CHECK-NEXT: [-1]
// CHECK: data =
// CHECK-NEXT: [1]
func.func @gradient_of_two_values() {
  %x = arith.constant dense<[[1.0], [3.0]]> : tensor<2x1xf32>
  %dy = arith.constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf32>
  %mean = arith.constant dense<2.0> : tensor<1xf32>
  %variance = arith.constant dense<1.0> : tensor<1xf32>
  %0:3 = bn.gradient %x, %scale, %mean, %variance, %dy {epsilon = 0.0 : f64, featureIndex = 1 : i64}
     : (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<2x1xf32>) -> (tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>)
  %1 = tensor.cast %0#0 : tensor<2x1xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  %2 = tensor.cast %0#1 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%2) : (tensor<*xf32>) -> ()
  %3 = tensor.cast %0#2 : tensor<1xf32> to tensor<*xf32>
  call @printMemrefF32(%3) : (tensor<*xf32>) -> ()
  return
}

func.func @main() {
  call @inference_hostile_parameters() : () -> ()
  call @inference_uses_running_statistics() : () -> ()
  call @training_large_mean() : () -> ()
  call @statistics_of_many_values() : () -> ()
  call @gradient_of_two_values() : () -> ()
  return
}
