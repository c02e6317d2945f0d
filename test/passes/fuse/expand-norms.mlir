// Norms become means and elementwise operators.

// RUN: bn-opt %s --bn-expand-norms --split-input-file | FileCheck %s
// RUN: bn-opt %s --bn-expand-norms=keep-kernels --split-input-file | FileCheck %s --check-prefix=KEEP

// CHECK-LABEL: @expand_layer_norm_without_affine
func.func @expand_layer_norm_without_affine(%x: tensor<?x3x4xf32>) -> tensor<?x3x4xf32> {
  // CHECK-DAG: %[[EPSILON:.*]] = arith.constant dense<5.000000e-01> : tensor<f32>
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %arg0 axes [2] keep_dims
  // CHECK: %[[CENTERED:.*]] = nn.sub %arg0, %[[MEAN]]
  // CHECK: %[[SQUARE:.*]] = nn.mul %[[CENTERED]], %[[CENTERED]]
  // CHECK: %[[VARIANCE:.*]] = nn.reduce_mean %[[SQUARE]] axes [2] keep_dims
  // CHECK: %[[SUM:.*]] = nn.add %[[VARIANCE]], %[[EPSILON]]
  // CHECK: %[[ROOT:.*]] = nn.sqrt %[[SUM]]
  // CHECK: %[[Y:.*]] = nn.div %[[CENTERED]], %[[ROOT]]
  // CHECK-NEXT: return %[[Y]]
  %ones = arith.constant dense<1.0> : tensor<4xf32>
  %y = bn.layer_norm %x, %ones {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x3x4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>
  return %y : tensor<?x3x4xf32>
}

// -----

// Where the shape is known, rows are first taken relative to an element.
// CHECK-LABEL: @expand_layer_norm
func.func @expand_layer_norm(%x: tensor<2x3x4xf32>, %offset: tensor<3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[FIRST:.*]] = nn.slice %arg0 offsets [0, 0, 0] sizes [2, 1, 1]
  // CHECK: %[[SHIFTED:.*]] = nn.sub %arg0, %[[FIRST]]
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %[[SHIFTED]] axes [1, 2] keep_dims
  // CHECK: nn.sub %[[SHIFTED]], %[[MEAN]]
  // CHECK: %[[NORMALIZED:.*]] = nn.div
  // CHECK: %[[SCALED:.*]] = nn.mul %[[NORMALIZED]], %{{.*}} : (tensor<2x3x4xf32>, tensor<3x4xf32>)
  // CHECK: %[[Y:.*]] = nn.add %[[SCALED]], %arg1
  // CHECK-NEXT: return %[[Y]]
  %scale = arith.constant dense<2.0> : tensor<3x4xf32>
  %y = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: @expand_rms_norm
func.func @expand_rms_norm(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK-NOT: nn.sub
  // CHECK: nn.mul %arg0, %arg0
  // CHECK: %[[NORMALIZED:.*]] = nn.div %arg0,
  // CHECK: %[[Y:.*]] = nn.mul %[[NORMALIZED]],
  // CHECK-NEXT: return %[[Y]]
  %scale = arith.constant dense<2.0> : tensor<4xf32>
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: @expand_instance_norm
func.func @expand_instance_norm(%x: tensor<1x2x?x?xf32>, %scale: tensor<2xf32>) -> tensor<1x2x?x?xf32> {
  // CHECK: nn.reduce_mean %arg0 axes [2, 3] keep_dims
  // CHECK: %[[NORMALIZED:.*]] = nn.div
  // CHECK: %[[SCALE:.*]] = nn.reshape %arg1 : (tensor<2xf32>) -> tensor<2x1x1xf32>
  // CHECK: %[[Y:.*]] = nn.mul %[[NORMALIZED]], %[[SCALE]]
  // CHECK-NEXT: return %[[Y]]
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %y = bn.group_norm %x, %scale, %zero {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2x?x?xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x?x?xf32>
  return %y : tensor<1x2x?x?xf32>
}

// -----

// CHECK-LABEL: @expand_group_norm
func.func @expand_group_norm(%x: tensor<?x4x3x3xf32>) -> tensor<?x4x3x3xf32> {
  // CHECK: %[[GROUPS:.*]] = nn.reshape %arg0 : (tensor<?x4x3x3xf32>) -> tensor<?x2x18xf32>
  // CHECK: nn.reduce_mean %[[GROUPS]] axes [2] keep_dims
  // CHECK: %[[NORMALIZED:.*]] = nn.div
  // CHECK: %[[JOINED:.*]] = nn.reshape %[[NORMALIZED]] : (tensor<?x2x18xf32>) -> tensor<?x4x3x3xf32>
  // CHECK: %[[SCALED:.*]] = nn.mul %[[JOINED]], %{{.*}} : (tensor<?x4x3x3xf32>, tensor<4x1x1xf32>)
  // CHECK: %[[Y:.*]] = nn.add %[[SCALED]], %{{.*}} : (tensor<?x4x3x3xf32>, tensor<4x1x1xf32>)
  // CHECK-NEXT: return %[[Y]]
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %y = bn.group_norm %x, %scale, %scale {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x3x3xf32>
  return %y : tensor<?x4x3x3xf32>
}

// -----

// CHECK-LABEL: @no_expand_group_of_unknown_size
func.func @no_expand_group_of_unknown_size(%x: tensor<1x4x?xf32>) -> tensor<1x4x?xf32> {
  // CHECK: bn.group_norm
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %y = bn.group_norm %x, %scale, %scale {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x4x?xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x?xf32>
  return %y : tensor<1x4x?xf32>
}

// -----

// bn-widen-operators comes before.
// CHECK-LABEL: @no_expand_parameter_of_another_type
func.func @no_expand_parameter_of_another_type(%x: tensor<1x4xf32>, %scale: tensor<4xf64>) -> tensor<1x4xf32> {
  // CHECK: bn.rms_norm
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x4xf32>, tensor<4xf64>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// What code is generated for may stay.
// KEEP-LABEL: @keep_layer_norm
func.func @keep_layer_norm(%x: tensor<2x3x4xf32>, %scale: tensor<4xf32>) -> tensor<2x3x4xf32> {
  // KEEP: bn.layer_norm
  %y = bn.layer_norm %x, %scale {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// A long row is shared by all threads.
// KEEP-LABEL: @expand_single_row
func.func @expand_single_row(%x: tensor<1x1000000xf32>, %scale: tensor<1000000xf32>) -> tensor<1x1000000xf32> {
  // KEEP-NOT: bn.rms_norm
  %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x1000000xf32>, tensor<1000000xf32>) -> tensor<1x1000000xf32>
  return %y : tensor<1x1000000xf32>
}

// -----

// There is nothing to compute.
// KEEP-LABEL: @expand_empty
func.func @expand_empty(%x: tensor<0x4x3xf32>, %scale: tensor<4xf32>) -> tensor<0x4x3xf32> {
  // KEEP: return %arg0
  %y = bn.group_norm %x, %scale, %scale {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<0x4x3xf32>
  return %y : tensor<0x4x3xf32>
}
