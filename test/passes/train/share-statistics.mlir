// Statistics of concatenations are made of those of their parts: bn-share-statistics.

// RUN: bn-opt %s --bn-share-statistics --split-input-file | FileCheck %s

// CHECK-LABEL: @share_with_part
// CHECK-SAME: %[[A:.*]]: tensor<2x3x4x4xf32>, %[[B:.*]]: tensor<2x5x4x4xf32>
func.func @share_with_part(%a: tensor<2x3x4x4xf32>, %b: tensor<2x5x4x4xf32>)
    -> (tensor<3xf32>, tensor<8xf32>, tensor<8xf32>) {
  // CHECK: %[[MEAN_B:.*]], %[[VARIANCE_B:.*]] = bn.statistics %[[B]]
  // CHECK: %[[MEAN_A:.*]], %[[VARIANCE_A:.*]] = bn.statistics %[[A]]
  // CHECK: %[[MEAN:.*]] = nn.concat %[[MEAN_A]], %[[MEAN_B]] axis 0
  // CHECK: %[[VARIANCE:.*]] = nn.concat %[[VARIANCE_A]], %[[VARIANCE_B]] axis 0
  // CHECK-NOT: bn.statistics
  // CHECK: return %[[MEAN_A]], %[[MEAN]], %[[VARIANCE]]
  %0 = nn.concat %a, %b axis 1 : (tensor<2x3x4x4xf32>, tensor<2x5x4x4xf32>) -> tensor<2x8x4x4xf32>
  %mean0, %variance0 = bn.statistics %a {featureIndex = 1 : i64} : (tensor<2x3x4x4xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %mean1, %variance1 = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<2x8x4x4xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return %mean0, %mean1, %variance1 : tensor<3xf32>, tensor<8xf32>, tensor<8xf32>
}

// -----

// A dense block whose concatenations read all that was made before.
// CHECK-LABEL: @share_between_concats
// CHECK-DAG: %[[MEAN_A:.*]], %{{.*}} = bn.statistics %arg0
// CHECK-DAG: %[[MEAN_B:.*]], %{{.*}} = bn.statistics %arg1
// CHECK-DAG: %[[MEAN_C:.*]], %{{.*}} = bn.statistics %arg2
// CHECK-NOT: bn.statistics
// CHECK-DAG: %[[FIRST:.*]] = nn.concat %[[MEAN_A]], %[[MEAN_B]] axis 0
// CHECK-DAG: %[[SECOND:.*]] = nn.concat %[[MEAN_A]], %[[MEAN_B]], %[[MEAN_C]] axis 0
// CHECK: return %[[FIRST]], %[[SECOND]]
func.func @share_between_concats(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %c: tensor<2x1xf32>) -> (tensor<8xf32>, tensor<9xf32>) {
  %0 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %mean0, %variance0 = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<2x8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %1 = nn.concat %a, %b, %c axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x9xf32>
  %mean1, %variance1 = bn.statistics %1 {featureIndex = 1 : i64} : (tensor<2x9xf32>) -> (tensor<9xf32>, tensor<9xf32>)
  return %mean0, %mean1 : tensor<8xf32>, tensor<9xf32>
}

// -----

// CHECK-LABEL: @share_between_nested_concats
// CHECK-DAG: %[[MEAN_A:.*]], %{{.*}} = bn.statistics %arg0
// CHECK-DAG: %[[MEAN_B:.*]], %{{.*}} = bn.statistics %arg1
// CHECK-DAG: %[[MEAN_C:.*]], %{{.*}} = bn.statistics %arg2
// CHECK-NOT: bn.statistics
// CHECK-DAG: %[[FIRST:.*]] = nn.concat %[[MEAN_A]], %[[MEAN_B]] axis 0
// CHECK-DAG: %[[SECOND:.*]] = nn.concat %[[MEAN_A]], %[[MEAN_B]], %[[MEAN_C]] axis 0
// CHECK: return %[[FIRST]], %[[SECOND]]
func.func @share_between_nested_concats(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>, %c: tensor<2x1xf32>) -> (tensor<8xf32>, tensor<9xf32>) {
  %0 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %mean0, %variance0 = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<2x8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %1 = nn.concat %0, %c axis 1 : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x9xf32>
  %mean1, %variance1 = bn.statistics %1 {featureIndex = 1 : i64} : (tensor<2x9xf32>) -> (tensor<9xf32>, tensor<9xf32>)
  return %mean0, %mean1 : tensor<8xf32>, tensor<9xf32>
}

// -----

// CHECK-LABEL: @share_the_same
// CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.statistics
// CHECK-NOT: bn.statistics
// CHECK: return %[[MEAN]], %[[VARIANCE]]
func.func @share_the_same(%a: tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %mean0, %variance0 = bn.statistics %a {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %mean1, %variance1 = bn.statistics %a {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %mean0, %variance1 : tensor<3xf32>, tensor<3xf32>
}

// -----

// One sweep over all is as good as one over each part.
// CHECK-LABEL: @no_share_parts_read_once
// CHECK: bn.statistics %{{.*}} : (tensor<2x8xf32>)
func.func @no_share_parts_read_once(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>) -> tensor<8xf32> {
  %0 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %mean, %variance = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<2x8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return %mean : tensor<8xf32>
}

// -----

// A feature is in both parts.
// CHECK-LABEL: @no_share_concat_of_samples
// CHECK: bn.statistics %{{.*}} : (tensor<5x3xf32>)
func.func @no_share_concat_of_samples(%a: tensor<2x3xf32>, %b: tensor<3x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = nn.concat %a, %b axis 0 : (tensor<2x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  %mean0, %variance0 = bn.statistics %a {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %mean1, %variance1 = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<5x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  return %mean0, %mean1 : tensor<3xf32>, tensor<3xf32>
}

// -----

// Along another dimension.
// CHECK-LABEL: @no_share_of_other_features
// CHECK: bn.statistics %arg0
// CHECK: bn.statistics %{{.*}} {featureIndex = 1 : i64} : (tensor<2x8xf32>)
func.func @no_share_of_other_features(%a: tensor<2x3xf32>, %b: tensor<2x5xf32>) -> (tensor<2xf32>, tensor<8xf32>) {
  %0 = nn.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x5xf32>) -> tensor<2x8xf32>
  %mean0, %variance0 = bn.statistics %a {featureIndex = 0 : i64} : (tensor<2x3xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %mean1, %variance1 = bn.statistics %0 {featureIndex = 1 : i64} : (tensor<2x8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return %mean0, %mean1 : tensor<2xf32>, tensor<8xf32>
}
