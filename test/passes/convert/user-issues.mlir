// What users of other compilers have reported, as far as it happens between dialects. Each case names a report.

// RUN: bn-opt %s --allow-unregistered-dialect --convert-stablehlo-to-bn --convert-bn-to-linalg | FileCheck %s
// RUN: bn-opt %s --allow-unregistered-dialect --convert-stablehlo-to-bn --convert-bn-to-linalg \
// RUN:   | FileCheck %s --check-prefix=LOWERED --implicit-check-not=bn. --implicit-check-not=stablehlo.
// RUN: bn-opt %s --allow-unregistered-dialect --convert-stablehlo-to-bn --convert-bn-to-linalg --raise-linalg-to-bn \
// RUN:   | FileCheck %s --check-prefix=RAISED
// RUN: bn-opt %s --allow-unregistered-dialect --convert-stablehlo-to-bn \
// RUN:   --convert-bn-to-linalg=statistics-bits=32 --raise-linalg-to-bn | FileCheck %s --check-prefix=RAISED
// RUN: bn-opt %s --allow-unregistered-dialect --convert-stablehlo-to-bn --bn-fold --remarks-filter=bn-fold 2>&1 \
// RUN:   | FileCheck %s --check-prefix=FOLDED

// LOWERED: module

// TVM 18703, 19574: an inference batch norm was computed from the statistics of the batch. Nothing is summed up here.
// CHECK-LABEL: @inference_uses_running_statistics
// CHECK-NOT: reduction
// CHECK: return
// RAISED-LABEL: @inference_uses_running_statistics
// RAISED: bn.inference %arg0, %arg1, %arg2, %arg3, %arg4
func.func @inference_uses_running_statistics(%x: tensor<2x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4x4xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 0.5 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x4xf32>
  return %0 : tensor<2x3x4x4xf32>
}

// torch-mlir 1042, 1085; Torch-TensorRT 692; onnx-tensorrt 569; rten 663: other ranks than 4 were rejected.
// RAISED-LABEL: @inference_rank_2
// RAISED: bn.inference {{.*}} : (tensor<2x3xf32>,
func.func @inference_rank_2(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// RAISED-LABEL: @inference_rank_2_dynamic
// RAISED: bn.inference {{.*}} {epsilon = 5.000000e-01 : f64, featureIndex = 1 : i64} : (tensor<?x?xf32>,
func.func @inference_rank_2_dynamic(%x: tensor<?x?xf32>, %p: tensor<?xf32>) -> tensor<?x?xf32> {
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 1 : i64}
     : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// RAISED-LABEL: @inference_rank_3_dynamic
// RAISED: bn.inference {{.*}} {epsilon = 5.000000e-01 : f64, featureIndex = 2 : i64} : (tensor<?x4x?xf32>,
func.func @inference_rank_3_dynamic(%x: tensor<?x4x?xf32>, %p: tensor<?xf32>) -> tensor<?x4x?xf32> {
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 2 : i64}
     : (tensor<?x4x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x4x?xf32>
  return %0 : tensor<?x4x?xf32>
}

// RAISED-LABEL: @inference_rank_5
// RAISED: bn.inference {{.*}} : (tensor<1x3x2x2x2xf16>, tensor<3xf32>,
func.func @inference_rank_5(%x: tensor<1x3x2x2x2xf16>, %p: tensor<3xf32>) -> tensor<1x3x2x2x2xf16> {
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 1 : i64}
     : (tensor<1x3x2x2x2xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x3x2x2x2xf16>
  return %0 : tensor<1x3x2x2x2xf16>
}

// A vector has no parameters apart from its elements: it lowers and is not recognized again.
// RAISED-LABEL: @inference_rank_1
// RAISED: linalg.generic
func.func @inference_rank_1(%x: tensor<3xf32>, %p: tensor<3xf32>) -> tensor<3xf32> {
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 0 : i64}
     : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// StableHLO 963, 2618; tt-mlir 4796: decomposed before anything could fold it, or not lowered at all. Here it is one
// operator until it has gone into the weights.
// FOLDED-LABEL: @batch_norm_survives_until_folded
// FOLDED: linalg.conv_2d_nhwc_hwcf
// FOLDED-NEXT: return
func.func @batch_norm_survives_until_folded(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x2xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2x2x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<1x2x2x1xf32>, tensor<1x1x1x2xf32>) outs(%init : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %p = "stablehlo.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  %1 = "stablehlo.batch_norm_inference"(%0, %p, %p, %p, %p) <{epsilon = 1.000000e-05 : f32, feature_index = 3 : i64}>
     : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// ExecuTorch 13696, 16533: a batch norm that nothing can take was an internal error. It stays, and lowers.
// CHECK-LABEL: @standalone_batch_norm_lowers
// CHECK: linalg.generic
// FOLDED-LABEL: @standalone_batch_norm_lowers
// FOLDED: bn.scale_shift
func.func @standalone_batch_norm_lowers(%x: tensor<?x2x4x4x4xf32>) -> tensor<?x2x4x4x4xf32> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = bn.inference %x, %p, %p, %p, %p {epsilon = 0.5 : f64, featureIndex = 1 : i64}
     : (tensor<?x2x4x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2x4x4x4xf32>
  return %0 : tensor<?x2x4x4x4xf32>
}

// TensorFlow 4919: an epsilon of 1e-5 became one below it on the way through f32. It is the f64 that came in.
// CHECK-LABEL: @epsilon_stays_f64
// CHECK: arith.constant 1.000000e-05 : f64
// CHECK: arith.addf %{{.*}} : f64
// RAISED-LABEL: @epsilon_stays_f64
func.func @epsilon_stays_f64(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.000000e-05 : f64, feature_index = 1 : i64}>
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
