// StableHLO's batch normalizations, in generic form, become those of the bn dialect.

// RUN: bn-opt %s --convert-stablehlo-to-bn --allow-unregistered-dialect | FileCheck %s --implicit-check-not=stablehlo.

// Epsilon is an f32 and keeps its value as f64.
// CHECK-LABEL: @convert_inference
// CHECK-SAME: (%[[INPUT:.*]]: tensor<?x3x4x4xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: %[[RESULT:.*]] = bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return %[[RESULT]]
func.func @convert_inference(%x: tensor<?x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<?x3x4x4xf32> {
  %0 = "stablehlo.batch_norm_inference"(%x, %scale, %offset, %mean, %variance) <{epsilon = 1.000000e-05 : f32, feature_index = 1 : i64}>
     : (tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x4x4xf32>
  return %0 : tensor<?x3x4x4xf32>
}

// As older versions print it, channels last; constants are those of arith, which fold.
// CHECK-LABEL: @convert_inference_attribute_dictionary
// CHECK: %[[SCALE:.*]] = arith.constant dense<2.000000e+00> : tensor<3xf32>
// CHECK-NEXT: %[[OFFSET:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK-NEXT: %[[MEAN:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK-NEXT: %[[VARIANCE:.*]] = arith.constant dense<2.000000e+00> : tensor<3xf32>
// CHECK-NEXT: bn.inference %{{.*}}, %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 1.250000e-01 : f64, featureIndex = 3 : i64}
func.func @convert_inference_attribute_dictionary(%x: tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
  %two = "stablehlo.constant"() <{value = dense<2.0> : tensor<3xf32>}> : () -> tensor<3xf32>
  %zero = "stablehlo.constant"() {value = dense<0.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = "stablehlo.batch_norm_inference"(%x, %two, %zero, %zero, %two) {epsilon = 1.250000e-01 : f32, feature_index = 3 : i64}
     : (tensor<1x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// CHECK-LABEL: @convert_inference_rank_2_f16
// CHECK: bn.inference {{.*}} {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64} : (tensor<?x?xf16>,
func.func @convert_inference_rank_2_f16(%x: tensor<?x?xf16>, %p: tensor<?xf16>) -> tensor<?x?xf16> {
  %0 = "stablehlo.batch_norm_inference"(%x, %p, %p, %p, %p) <{epsilon = 1.000000e-05 : f64, feature_index = 1 : i64}>
     : (tensor<?x?xf16>, tensor<?xf16>, tensor<?xf16>, tensor<?xf16>, tensor<?xf16>) -> tensor<?x?xf16>
  return %0 : tensor<?x?xf16>
}

// CHECK-LABEL: @convert_training
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>)
// CHECK-NEXT: %[[RESULT:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.training %[[INPUT]], %[[SCALE]], %[[OFFSET]] {epsilon = 0.0010000000474974513 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return %[[RESULT]], %[[MEAN]], %[[VARIANCE]]
func.func @convert_training(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = "stablehlo.batch_norm_training"(%x, %scale, %offset) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}>
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: @convert_grad
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>, %[[GRADIENT:.*]]: tensor<2x3xf32>)
// CHECK-NEXT: %[[DX:.*]], %[[DSCALE:.*]], %[[DOFFSET:.*]] = bn.gradient %[[INPUT]], %[[SCALE]], %[[MEAN]], %[[VARIANCE]], %[[GRADIENT]] {epsilon = 0.000000e+00 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return %[[DX]], %[[DSCALE]], %[[DOFFSET]]
func.func @convert_grad(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>, %dy: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = "stablehlo.batch_norm_grad"(%x, %scale, %mean, %variance, %dy) <{epsilon = 0.000000e+00 : f32, feature_index = 1 : i64}>
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// Results that know their sizes better than operands do, and the other way round.
// CHECK-LABEL: @convert_training_sizes_of_results
// CHECK: %[[RESULT:.*]], %[[MEAN:.*]], %{{.*}} = bn.training {{.*}} -> (tensor<2x?xf32>, tensor<?xf32>, tensor<?xf32>)
// CHECK: tensor.cast %[[RESULT]] : tensor<2x?xf32> to tensor<?x3xf32>
// CHECK: tensor.cast %[[MEAN]] : tensor<?xf32> to tensor<3xf32>
func.func @convert_training_sizes_of_results(%x: tensor<2x?xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = "stablehlo.batch_norm_training"(%x, %scale, %offset) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}>
     : (tensor<2x?xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>
}
