// The fold inside mlir-opt, on linalg, by the plugin.

// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin \
// RUN:   --pass-pipeline='builtin.module(func.func(bn-inference-to-scale-shift,bn-absorb-scale-shifts))' \
// RUN:   | FileCheck %s
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin \
// RUN:   --pass-pipeline='builtin.module(bn-fold)' | FileCheck %s

// One MLIR per process: the plugin needs the libraries that mlir-opt has.
// RUN: llvm-readelf --needed-libs %bnopt_plugin | FileCheck --check-prefix=NEEDED %s
// NEEDED-NOT: Halide
// NEEDED: libMLIR.so

// CHECK-LABEL: @conv_2d_nhwc_hwcf
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00, -1.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[5.000000e-01, 4.000000e+00]> : tensor<2xf32>
// CHECK: %[[INIT:.*]] = linalg.broadcast ins(%[[BIAS]] : tensor<2xf32>)
// CHECK: %[[CONV:.*]] = linalg.conv_2d_nhwc_hwcf ins(%{{.*}}, %[[WEIGHTS]] : {{.*}}) outs(%[[INIT]]
// CHECK-NEXT: return %[[CONV]]
func.func @conv_2d_nhwc_hwcf(%x: tensor<1x4x4x1xf32>) -> tensor<1x4x4x2xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x4x4x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x4x4x1xf32>, tensor<1x1x1x2xf32>) outs(%init : tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %scale = arith.constant dense<[2.0, -2.0]> : tensor<2xf32>
  %offset = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %variance = arith.constant dense<4.0> : tensor<2xf32>
  %1 = bn.inference %0, %scale, %offset, %mean, %variance {epsilon = 0.0 : f64, featureIndex = 3 : i64}
     : (tensor<1x4x4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return %1 : tensor<1x4x4x2xf32>
}
