// The parts of training become reductions and elementwise operators.

// RUN: bn-opt %s --bn-expand-training --split-input-file | FileCheck %s

// The data is centered anew by each of its three readers.
// CHECK-LABEL: @expand_statistics_and_normalize
func.func @expand_statistics_and_normalize(%x: tensor<2x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<2x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK: %[[SLICE:.*]] = nn.slice %arg0 offsets [0, 0, 0, 0] sizes [1, 3, 1, 1]
  // CHECK: %[[FIRST:.*]] = nn.reshape %[[SLICE]] : (tensor<1x3x1x1xf32>) -> tensor<3xf32>
  // CHECK: %[[P0:.*]] = nn.reshape %[[FIRST]] : (tensor<3xf32>) -> tensor<3x1x1xf32>
  // CHECK: %[[SHIFTED0:.*]] = nn.sub %arg0, %[[P0]]
  // CHECK: %[[REST:.*]] = nn.reduce_mean %[[SHIFTED0]] axes [0, 2, 3] :
  // CHECK: %[[SHIFTED1:.*]] = nn.sub %arg0,
  // CHECK: %[[CENTERED1:.*]] = nn.sub %[[SHIFTED1]],
  // CHECK: %[[SQUARES:.*]] = nn.mul %[[CENTERED1]], %[[CENTERED1]]
  // CHECK: %[[VARIANCE:.*]] = nn.reduce_mean %[[SQUARES]] axes [0, 2, 3] :
  // CHECK: %[[MEAN:.*]] = nn.add %[[FIRST]], %[[REST]]
  // CHECK: %[[SUM:.*]] = nn.add %[[VARIANCE]], %{{.*}} : (tensor<3xf32>, tensor<f32>)
  // CHECK: %[[DEVIATION:.*]] = nn.sqrt %[[SUM]]
  // CHECK: %[[FACTOR:.*]] = nn.div %arg1, %[[DEVIATION]]
  // CHECK: %[[SHIFTED2:.*]] = nn.sub %arg0,
  // CHECK: %[[CENTERED2:.*]] = nn.sub %[[SHIFTED2]],
  // CHECK: %[[F:.*]] = nn.reshape %[[FACTOR]] : (tensor<3xf32>) -> tensor<3x1x1xf32>
  // CHECK: %[[SCALED:.*]] = nn.mul %[[CENTERED2]], %[[F]]
  // CHECK: %[[Y:.*]] = nn.add %[[SCALED]],
  // CHECK-NEXT: return %[[Y]], %[[MEAN]], %[[VARIANCE]]
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<2x3x4x4xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %y = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x4xf32>
  return %y, %mean, %variance : tensor<2x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// Statistics of something else are only the vectors that they are.
// CHECK-LABEL: @expand_normalize_by_other_statistics
func.func @expand_normalize_by_other_statistics(%x: tensor<?x3xf32>, %other: tensor<2x3xf32>, %scale: tensor<3xf32>) -> tensor<?x3xf32> {
  // CHECK: %[[MEAN:.*]] = nn.add
  // CHECK: %[[CENTERED:.*]] = nn.sub %arg0, %[[MEAN]]
  // CHECK-NEXT: nn.mul %[[CENTERED]]
  %mean, %variance = bn.statistics %other {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %y = bn.normalize %x, %scale, %scale, %mean, %variance {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: @expand_last_feature
func.func @expand_last_feature(%x: tensor<2x4x4x3xf32>) -> tensor<3xf32> {
  // CHECK: nn.slice %arg0 offsets [0, 0, 0, 0] sizes [1, 1, 1, 3]
  // CHECK: nn.reduce_mean %{{.*}} axes [0, 1, 2] :
  %mean, %variance = bn.statistics %x {featureIndex = 3 : i64} : (tensor<2x4x4x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %mean : tensor<3xf32>
}

// -----

// Of the batch 4/3 of the variance of 4 elements are in the sample's.
// CHECK-LABEL: @expand_update_running_sample
func.func @expand_update_running_sample(%running: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK-DAG: %[[KEEP:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
  // CHECK-DAG: %[[UPDATE:.*]] = arith.constant dense<1.000000e+00> : tensor<f32>
  // CHECK: %[[KEPT:.*]] = nn.mul %arg0, %[[KEEP]]
  // CHECK: %[[ADDED:.*]] = nn.mul %arg1, %[[UPDATE]]
  // CHECK: %[[R:.*]] = nn.add %[[KEPT]], %[[ADDED]]
  // CHECK-NEXT: return %[[R]]
  %r = bn.update_running %running, %variance update sample {momentum = 7.5e-01 : f64, count = 4 : i64} : tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

// CHECK-LABEL: @expand_update_running_keep
func.func @expand_update_running_keep(%running: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK-DAG: %[[KEEP:.*]] = arith.constant dense<7.500000e-01> : tensor<f32>
  // CHECK-DAG: %[[UPDATE:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
  // CHECK: nn.mul %arg0, %[[KEEP]]
  // CHECK: nn.mul %arg1, %[[UPDATE]]
  %r = bn.update_running %running, %variance keep population {momentum = 7.5e-01 : f64, count = 4 : i64} : tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

// One element has no sample variance: the population's, zero, is taken.
// CHECK-LABEL: @expand_update_running_one_element
func.func @expand_update_running_one_element(%running: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK-DAG: arith.constant dense<7.500000e-01> : tensor<f32>
  // CHECK-DAG: arith.constant dense<2.500000e-01> : tensor<f32>
  // CHECK: nn.add
  %r = bn.update_running %running, %variance keep sample {momentum = 7.5e-01 : f64, count = 1 : i64} : tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

// CHECK-LABEL: @expand_update_running_empty_batch
func.func @expand_update_running_empty_batch(%running: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK-NEXT: return %arg0
  %r = bn.update_running %running, %variance keep population {momentum = 7.5e-01 : f64, count = 0 : i64} : tensor<3xf32>
  return %r : tensor<3xf32>
}

// -----

// CHECK-LABEL: @expand_gradient
func.func @expand_gradient(%x: tensor<2x3x2xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>, %dy: tensor<2x3x2xf32>)
    -> (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK-DAG: %[[SHARE:.*]] = arith.constant dense<2.500000e-01> : tensor<f32>
  // CHECK: %[[CENTERED0:.*]] = nn.sub %arg0,
  // CHECK: %[[PRODUCTS:.*]] = nn.mul %arg4, %[[CENTERED0]]
  // CHECK: %[[SUM:.*]] = nn.reduce_sum %[[PRODUCTS]] axes [0, 2] :
  // CHECK: %[[DSCALE:.*]] = nn.div %[[SUM]],
  // CHECK: %[[DOFFSET:.*]] = nn.reduce_sum %arg4 axes [0, 2] :
  // CHECK: %[[FACTOR:.*]] = nn.div %arg1,
  // CHECK: nn.mul %[[DOFFSET]], %[[SHARE]]
  // CHECK: nn.mul %[[DSCALE]], %[[SHARE]]
  // CHECK: nn.sub %arg0,
  // CHECK: %[[F:.*]] = nn.reshape %[[FACTOR]]
  // CHECK: %[[DX:.*]] = nn.mul %{{.*}}, %[[F]]
  // CHECK-NEXT: return %[[DX]], %[[DSCALE]], %[[DOFFSET]]
  %dscale, %doffset = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x2xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %dx = bn.gradient_input %x, %scale, %mean, %variance, %dy, %dscale, %doffset {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x2xf32>
  return %dx, %dscale, %doffset : tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// There is no operator that converts.
// CHECK-LABEL: @no_expand_operands_of_several_types
func.func @no_expand_operands_of_several_types(%x: tensor<2x3xf16>) -> tensor<3xf32> {
  // CHECK: bn.statistics
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<2x3xf16>) -> (tensor<3xf32>, tensor<3xf32>)
  return %mean : tensor<3xf32>
}

// -----

// CHECK-LABEL: @no_expand_unknown_features
func.func @no_expand_unknown_features(%x: tensor<2x?xf32>) -> tensor<?xf32> {
  // CHECK: bn.statistics
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<2x?xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %mean : tensor<?xf32>
}

// -----

// Nothing is read, so nothing is divided by zero.
// CHECK-LABEL: @expand_empty_batch
func.func @expand_empty_batch(%x: tensor<0x3xf32>, %v: tensor<3xf32>) -> (tensor<0x3xf32>, tensor<3xf32>, tensor<0x3xf32>, tensor<3xf32>) {
  // CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
  // CHECK-NEXT: return %arg0, %[[ZEROS]], %arg0, %[[ZEROS]]
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<0x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %y = bn.normalize %x, %v, %v, %mean, %variance {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<0x3xf32>
  %dscale, %doffset = bn.gradient_statistics %x, %mean, %variance, %x {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<0x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %dx = bn.gradient_input %x, %v, %mean, %variance, %x, %dscale, %doffset {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<0x3xf32>
  return %y, %mean, %dx, %doffset : tensor<0x3xf32>, tensor<3xf32>, tensor<0x3xf32>, tensor<3xf32>
}

// -----

// The shares of the sums depend on the number of elements.
// CHECK-LABEL: @no_expand_gradient_input_of_dynamic_batch
func.func @no_expand_gradient_input_of_dynamic_batch(%x: tensor<?x3xf32>, %v: tensor<3xf32>) -> tensor<?x3xf32> {
  // CHECK: bn.gradient_input
  %dx = bn.gradient_input %x, %v, %v, %v, %x, %v, %v {epsilon = 5.0e-01 : f64, featureIndex = 1 : i64}
     : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %dx : tensor<?x3xf32>
}
