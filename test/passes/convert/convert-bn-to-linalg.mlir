// What each operator of the bn dialect becomes: loops on tensors, with sums and factors in f64.

// RUN: bn-opt %s --convert-bn-to-linalg | FileCheck %s
// RUN: bn-opt %s --convert-bn-to-linalg | FileCheck %s --check-prefix=ALL --implicit-check-not=bn.
// RUN: bn-opt %s --convert-bn-to-linalg='statistics-bits=32' | FileCheck %s --check-prefix=NARROW --implicit-check-not=f64
// RUN: not bn-opt %s --convert-bn-to-linalg='statistics-bits=16' 2>&1 | FileCheck %s --check-prefix=BITS

// ALL: module
// NARROW: module
// BITS: error: expects 'statistics-bits' to be 32 or 64, but got 16

// CHECK-DAG: #[[VECTOR:.*]] = affine_map<(d0) -> (d0)>
// CHECK-DAG: #[[DATA:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[SECOND:.*]] = affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-DAG: #[[MATRIX:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[LAST:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[FIRST:.*]] = affine_map<(d0, d1) -> (d0)>

// Epsilon is added in f64, as it was imported; the mean goes before anything is multiplied.
// CHECK-LABEL: @lower_inference
// CHECK-SAME: (%[[INPUT:.*]]: tensor<?x3x4x4xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK: %[[FACTOR:.*]] = linalg.generic {indexing_maps = [#[[VECTOR]], #[[VECTOR]], #[[VECTOR]]], iterator_types = ["parallel"]} ins(%[[VARIANCE]], %[[SCALE]]
// CHECK: %[[EPSILON:.*]] = arith.constant 1.000000e-05 : f64
// CHECK: %[[SUM:.*]] = arith.addf %{{.*}}, %[[EPSILON]] : f64
// CHECK: %[[ROOT:.*]] = math.sqrt %[[SUM]] : f64
// CHECK: %[[QUOTIENT:.*]] = arith.divf %{{.*}}, %[[ROOT]] : f64
// CHECK: arith.truncf %[[QUOTIENT]] : f64 to f32
// CHECK: %[[SIZE:.*]] = tensor.dim %[[INPUT]]
// CHECK: %[[EMPTY:.*]] = tensor.empty(%[[SIZE]]) : tensor<?x3x4x4xf32>
// CHECK: linalg.generic {indexing_maps = [#[[DATA]], #[[SECOND]], #[[SECOND]], #[[SECOND]], #[[DATA]]], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%[[INPUT]], %[[MEAN]], %[[FACTOR]], %[[OFFSET]] : {{.*}}) outs(%[[EMPTY]]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[M:.*]]: f32, %[[F:.*]]: f32, %[[O:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[CENTERED:.*]] = arith.subf %[[X]], %[[M]]
// CHECK-NEXT: %[[SCALED:.*]] = arith.mulf %[[CENTERED]], %[[F]]
// CHECK-NEXT: arith.addf %[[SCALED]], %[[O]]
func.func @lower_inference(%x: tensor<?x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<?x3x4x4xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x4x4xf32>
  return %0 : tensor<?x3x4x4xf32>
}

// CHECK-LABEL: @lower_inference_f16
// CHECK: ^bb0(%{{.*}}: f16, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f16, %{{.*}}: f16):
// CHECK-NEXT: arith.extf %{{.*}} : f16 to f32
// CHECK-NEXT: arith.subf %{{.*}} : f32
// CHECK-NEXT: arith.mulf %{{.*}} : f32
// CHECK-NEXT: arith.extf %{{.*}} : f16 to f32
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %{{.*}} : f32
// CHECK-NEXT: arith.truncf %[[SUM]] : f32 to f16
func.func @lower_inference_f16(%x: tensor<2x3xf16>, %scale: tensor<3xf16>, %offset: tensor<3xf16>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3xf16> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf16>, tensor<3xf16>, tensor<3xf16>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf16>
  return %0 : tensor<2x3xf16>
}

// CHECK-LABEL: @lower_scale_shift_first_dimension
// CHECK: linalg.generic {indexing_maps = [#[[MATRIX]], #[[FIRST]], #[[FIRST]], #[[MATRIX]]]
// CHECK-NEXT: ^bb0(%[[X:.*]]: f32, %[[S:.*]]: f32, %[[T:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[X]], %[[S]]
// CHECK-NEXT: arith.addf %[[PRODUCT]], %[[T]]
func.func @lower_scale_shift_first_dimension(%x: tensor<3x2xf32>, %scale: tensor<3xf32>, %shift: tensor<3xf32>) -> tensor<3x2xf32> {
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 0 : i64} : (tensor<3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// Two passes: nothing of the form mean(x²) − mean(x)².
// CHECK-LABEL: @lower_statistics
// CHECK-SAME: (%[[INPUT:.*]]: tensor<8x3xf32>)
// CHECK: %[[COUNT:.*]] = arith.constant 8.000000e+00 : f64
// CHECK: %[[SUMS:.*]] = linalg.generic {indexing_maps = [#[[MATRIX]], #[[LAST]]], iterator_types = ["reduction", "parallel"]} ins(%[[INPUT]] :
// CHECK: %[[MEANS:.*]] = linalg.generic {{.*}} ins(%[[SUMS]]
// CHECK: arith.divf %{{.*}}, %[[COUNT]] : f64
// CHECK: %[[SQUARES:.*]] = linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%[[INPUT]], %[[MEANS]]
// CHECK: %[[DIFFERENCE:.*]] = arith.subf %{{.*}} : f64
// CHECK-NEXT: arith.mulf %[[DIFFERENCE]], %[[DIFFERENCE]] : f64
// CHECK: linalg.generic {{.*}} ins(%[[SQUARES]]
// CHECK: arith.divf %{{.*}}, %[[COUNT]] : f64
func.func @lower_statistics(%x: tensor<8x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1 : tensor<3xf32>, tensor<3xf32>
}

// Means of nothing are zero: the divisor is one at least. Its product is of 64-bit integers.
// CHECK-LABEL: @lower_statistics_dynamic
// CHECK: %[[ROWS:.*]] = arith.muli %{{.*}} : index
// CHECK: %[[PRODUCT:.*]] = arith.muli %[[ROWS]], %{{.*}} : index
// CHECK: %[[LEAST:.*]] = arith.maxsi %[[PRODUCT]], %{{.*}} : index
// CHECK: %[[INTEGER:.*]] = arith.index_cast %[[LEAST]] : index to i64
// CHECK: %[[COUNT:.*]] = arith.sitofp %[[INTEGER]] : i64 to f64
// CHECK: arith.divf %{{.*}}, %[[COUNT]]
func.func @lower_statistics_dynamic(%x: tensor<?x3x?xf32>) -> tensor<3xf32> {
  %0:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<?x3x?xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %0#1 : tensor<3xf32>
}

// The mean that is subtracted is the one that has not been rounded.
// CHECK-LABEL: @lower_training
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f64, %{{.*}}: f32, %{{.*}}: f32, %{{.*}}: f32):
// CHECK-NEXT: arith.extf
// CHECK-NEXT: %[[DIFFERENCE:.*]] = arith.subf %{{.*}} : f64
// CHECK-NEXT: arith.truncf %[[DIFFERENCE]] : f64 to f32
func.func @lower_training(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// What the rounded mean lacks of the one of f64; it is subtracted second.
// CHECK-LABEL: @lower_rest_of_mean
// CHECK: %[[ROUNDED:.*]] = arith.extf %{{[0-9]+}} : f32 to f64
// CHECK-NEXT: arith.subf %{{.*}}, %[[ROUNDED]] : f64
// CHECK: ^bb0(%[[X:[a-z0-9_]*]]: f32, %[[M:[a-z0-9_]*]]: f32, %{{.*}}: f32, %{{.*}}: f32, %[[R:[a-z0-9_]*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[DISTANCE:.*]] = arith.subf %[[X]], %[[M]] : f32
// CHECK-NEXT: arith.subf %[[DISTANCE]], %[[R]] : f32
func.func @lower_rest_of_mean(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  %m, %v, %r = bn.statistics %x {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
  %y = bn.normalize %x, %p, %p, %m, %v rest %r {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// Both sums in one pass.
// CHECK-LABEL: @lower_gradient_statistics
// CHECK: %[[SUMS:.*]]:2 = linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]}
// CHECK: linalg.yield %{{.*}}, %{{.*}} : f64, f64
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[SUMS]]#0
func.func @lower_gradient_statistics(%x: tensor<2x3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>, %dy: tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1 : tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: @lower_group_norm
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1, 2], [3]] output_shape [2, 2, 3, 5] : tensor<2x6x5xf32> into tensor<2x2x3x5xf32>
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1, 2], [3]] : tensor<2x2x3x5xf32> into tensor<2x6x5xf32>
func.func @lower_group_norm(%x: tensor<2x6x5xf32>, %scale: tensor<6xf32>, %offset: tensor<6xf32>) -> tensor<2x6x5xf32> {
  %0 = bn.group_norm %x, %scale, %offset {groups = 2 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x6x5xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x5xf32>
  return %0 : tensor<2x6x5xf32>
}

// CHECK-LABEL: @lower_update_running_nothing_counted
// CHECK-SAME: (%[[RUNNING:.*]]: tensor<3xf32>, %{{.*}})
// CHECK-NEXT: return %[[RUNNING]]
func.func @lower_update_running_nothing_counted(%running: tensor<3xf32>, %statistic: tensor<3xf32>) -> tensor<3xf32> {
  %0 = bn.update_running %running, %statistic keep population {momentum = 9.0e-01 : f64, count = 0 : i64} : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// r + (s·n/(n − 1) − r)/k, where k is the same for all features.
// CHECK-LABEL: @lower_update_cumulative
// CHECK-SAME: (%[[RUNNING:.*]]: tensor<3xf32>, %[[STATISTIC:.*]]: tensor<3xf32>, %[[BATCHES:.*]]: tensor<f32>)
// CHECK: linalg.generic {{.*}} ins(%[[RUNNING]], %[[STATISTIC]], %[[BATCHES]] : tensor<3xf32>, tensor<3xf32>, tensor<f32>)
// CHECK: ^bb0(%[[R:.*]]: f32, %[[S:.*]]: f32, %[[K:.*]]: f32, %{{.*}}: f32):
// CHECK: %[[S64:.*]] = arith.extf %[[S]] : f32 to f64
// CHECK: %[[CORRECTED:.*]] = arith.mulf %[[S64]], %{{.*}} : f64
// CHECK: %[[DIFFERENCE:.*]] = arith.subf %[[CORRECTED]], %{{.*}} : f64
// CHECK: %[[STEP:.*]] = arith.divf %[[DIFFERENCE]], %{{.*}} : f64
// CHECK: arith.addf %{{.*}}, %[[STEP]] : f64
func.func @lower_update_cumulative(%running: tensor<3xf32>, %statistic: tensor<3xf32>, %batches: tensor<f32>) -> tensor<3xf32> {
  %0 = bn.update_cumulative %running, %statistic, %batches sample {count = 5 : i64} : tensor<3xf32>, tensor<f32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: @lower_update_cumulative_nothing_counted
// CHECK-SAME: (%[[RUNNING:[a-z0-9]*]]: tensor<3xf32>, %{{.*}})
// CHECK-NEXT: return %[[RUNNING]]
func.func @lower_update_cumulative_nothing_counted(%running: tensor<3xf32>, %statistic: tensor<3xf32>, %batches: tensor<f32>) -> tensor<3xf32> {
  %0 = bn.update_cumulative %running, %statistic, %batches sample {count = 0 : i64} : tensor<3xf32>, tensor<f32>
  return %0 : tensor<3xf32>
}
