// Gradients of norms become means and elementwise operators.

// RUN: bn-opt %s --bn-expand-norms --split-input-file | FileCheck %s
// RUN: bn-opt %s --bn-expand-norms=keep-kernels --split-input-file | FileCheck %s --check-prefix=KEEP

// CHECK-LABEL: @expand_layer_norm_gradient
func.func @expand_layer_norm_gradient(%x: tensor<?x3x4xf32>, %scale: tensor<4xf32>, %dy: tensor<?x3x4xf32>) -> (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[CENTERED:.*]] = nn.sub %arg0,
  // CHECK: %[[ROOT:.*]] = nn.sqrt
  // CHECK: %[[NORMALIZED:.*]] = nn.div %[[CENTERED]], %[[ROOT]]
  // CHECK: %[[G:.*]] = nn.mul %arg2, %arg1
  // CHECK: %[[PRODUCTS:.*]] = nn.mul %[[G]], %[[NORMALIZED]]
  // CHECK: %[[SLOPE:.*]] = nn.reduce_mean %[[PRODUCTS]] axes [2] keep_dims
  // CHECK: %[[ALONG:.*]] = nn.mul %[[NORMALIZED]], %[[SLOPE]]
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %[[G]] axes [2] keep_dims
  // CHECK: %[[REST:.*]] = nn.sub %[[G]], %[[MEAN]]
  // CHECK: %[[ACROSS:.*]] = nn.sub %[[REST]], %[[ALONG]]
  // CHECK: %[[DX:.*]] = nn.div %[[ACROSS]], %[[ROOT]]
  // CHECK: %[[TERMS:.*]] = nn.mul %arg2, %[[NORMALIZED]]
  // CHECK: %[[DSCALE:.*]] = nn.reduce_sum %[[TERMS]] axes [0, 1] :
  // CHECK: %[[DOFFSET:.*]] = nn.reduce_sum %arg2 axes [0, 1] :
  // CHECK-NEXT: return %[[DX]], %[[DSCALE]], %[[DOFFSET]]
  %dx, %dscale, %doffset = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x3x4xf32>, tensor<4xf32>, tensor<?x3x4xf32>) -> (tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %dx, %dscale, %doffset : tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// Nothing is centered.
// CHECK-LABEL: @expand_rms_norm_gradient
func.func @expand_rms_norm_gradient(%x: tensor<2x4xf32>, %scale: tensor<4xf32>, %dy: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>) {
  // CHECK: %[[NORMALIZED:.*]] = nn.div %arg0, %[[ROOT:.*]] :
  // CHECK: %[[G:.*]] = nn.mul %arg2, %arg1
  // CHECK: %[[ALONG:.*]] = nn.mul %[[NORMALIZED]],
  // CHECK: %[[ACROSS:.*]] = nn.sub %[[G]], %[[ALONG]]
  // CHECK: %[[DX:.*]] = nn.div %[[ACROSS]], %[[ROOT]]
  // CHECK: %[[DSCALE:.*]] = nn.reduce_sum %{{.*}} axes [0] :
  // CHECK-NEXT: return %[[DX]], %[[DSCALE]]
  %dx, %dscale = bn.rms_norm_gradient %x, %scale, %dy {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x4xf32>, tensor<4xf32>, tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>)
  return %dx, %dscale : tensor<2x4xf32>, tensor<4xf32>
}

// -----

// Of a single row there is nothing to add.
// CHECK-LABEL: @expand_gradient_of_one_row
func.func @expand_gradient_of_one_row(%x: tensor<4xf32>, %scale: tensor<4xf32>, %dy: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: nn.reduce_sum
  // CHECK: return %arg2
  %dx, %dscale, %doffset = bn.layer_norm_gradient %x, %scale, %dy {axis = 0 : i64, epsilon = 5.0e-01 : f64} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)
  return %doffset : tensor<4xf32>
}

// -----

// CHECK-LABEL: @expand_group_norm_gradient
func.func @expand_group_norm_gradient(%x: tensor<2x4x3x3xf32>, %scale: tensor<4xf32>, %dy: tensor<2x4x3x3xf32>) -> (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[GROUPS:.*]] = nn.reshape %arg0 : (tensor<2x4x3x3xf32>) -> tensor<2x2x18xf32>
  // CHECK: nn.slice %[[GROUPS]] offsets [0, 0, 0] sizes [2, 2, 1]
  // CHECK: %[[NORMALIZED:.*]] = nn.div
  // CHECK: %[[SCALE:.*]] = nn.reshape %arg1 : (tensor<4xf32>) -> tensor<4x1x1xf32>
  // CHECK: %[[G:.*]] = nn.mul %arg2, %[[SCALE]]
  // CHECK: nn.reshape %[[G]] : (tensor<2x4x3x3xf32>) -> tensor<2x2x18xf32>
  // CHECK: %[[TERMS:.*]] = nn.mul %arg2,
  // CHECK: %[[DX:.*]] = nn.reshape %{{.*}} : (tensor<2x2x18xf32>) -> tensor<2x4x3x3xf32>
  // CHECK: %[[DSCALE:.*]] = nn.reduce_sum %[[TERMS]] axes [0, 2, 3] :
  // CHECK: %[[DOFFSET:.*]] = nn.reduce_sum %arg2 axes [0, 2, 3] :
  // CHECK-NEXT: return %[[DX]], %[[DSCALE]], %[[DOFFSET]]
  %dx, %dscale, %doffset = bn.group_norm_gradient %x, %scale, %dy {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<2x4x3x3xf32>) -> (tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>)
  return %dx, %dscale, %doffset : tensor<2x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// Sums over nothing are zero.
// CHECK-LABEL: @expand_gradient_of_nothing
func.func @expand_gradient_of_nothing(%x: tensor<0x4x3xf32>, %scale: tensor<4xf32>, %dy: tensor<0x4x3xf32>) -> (tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<4xf32>
  // CHECK-NEXT: return %arg2, %[[ZEROS]], %[[ZEROS]]
  %dx, %dscale, %doffset = bn.group_norm_gradient %x, %scale, %dy {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<0x4x3xf32>, tensor<4xf32>, tensor<0x4x3xf32>) -> (tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>)
  return %dx, %dscale, %doffset : tensor<0x4x3xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// The size of a group is not known.
// CHECK-LABEL: @no_expand_group_norm_gradient_dynamic
func.func @no_expand_group_norm_gradient_dynamic(%x: tensor<2x4x?xf32>, %scale: tensor<4xf32>, %dy: tensor<2x4x?xf32>) -> tensor<2x4x?xf32> {
  // CHECK: bn.group_norm_gradient
  %dx, %dscale, %doffset = bn.group_norm_gradient %x, %scale, %dy {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x4x?xf32>, tensor<4xf32>, tensor<2x4x?xf32>) -> (tensor<2x4x?xf32>, tensor<4xf32>, tensor<4xf32>)
  return %dx : tensor<2x4x?xf32>
}

// -----

// What code is generated for may stay: each part of the rows has sums of its own.
// KEEP-LABEL: @keep_gradient
func.func @keep_gradient(%x: tensor<32x100x1024xf32>, %scale: tensor<1024xf32>, %dy: tensor<32x100x1024xf32>) -> (tensor<32x100x1024xf32>, tensor<1024xf32>, tensor<1024xf32>) {
  // KEEP: %[[ALL:.*]], %[[DSCALES:.*]], %[[DOFFSETS:.*]] = bn.layer_norm_gradient %arg0, %arg1, %arg2 {axis = 2 : i64, epsilon = 5.000000e-01 : f64, parts = 50 : i64} : {{.*}} -> (tensor<32x100x1024xf32>, tensor<50x1024xf32>, tensor<50x1024xf32>)
  // KEEP: %[[DSCALE:.*]] = nn.reduce_sum %[[DSCALES]] axes [0] :
  // KEEP: %[[DOFFSET:.*]] = nn.reduce_sum %[[DOFFSETS]] axes [0] :
  // KEEP-NEXT: return %[[ALL]], %[[DSCALE]], %[[DOFFSET]]
  %dx, %dscale, %doffset = bn.layer_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<32x100x1024xf32>, tensor<1024xf32>, tensor<32x100x1024xf32>) -> (tensor<32x100x1024xf32>, tensor<1024xf32>, tensor<1024xf32>)
  return %dx, %dscale, %doffset : tensor<32x100x1024xf32>, tensor<1024xf32>, tensor<1024xf32>
}

// -----

// Few rows are one part.
// KEEP-LABEL: @keep_gradient_of_few_rows
func.func @keep_gradient_of_few_rows(%x: tensor<2x4xf32>, %scale: tensor<4xf32>, %dy: tensor<2x4xf32>) -> tensor<4xf32> {
  // KEEP: %{{.*}}, %[[DSCALES:.*]] = bn.rms_norm_gradient {{.*}} parts = 1 : i64
  // KEEP: nn.reshape %[[DSCALES]] : (tensor<1x4xf32>) -> tensor<4xf32>
  %dx, %dscale = bn.rms_norm_gradient %x, %scale, %dy {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x4xf32>, tensor<4xf32>, tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<4xf32>)
  return %dscale : tensor<4xf32>
}

// -----

// Nothing near 50 divides the rows, so parts are larger.
// KEEP-LABEL: @keep_gradient_of_prime_rows
func.func @keep_gradient_of_prime_rows(%x: tensor<3x197x768xf32>, %scale: tensor<768xf32>, %dy: tensor<3x197x768xf32>) -> tensor<768xf32> {
  // KEEP: bn.rms_norm_gradient {{.*}} parts = 3 : i64
  %dx, %dscale = bn.rms_norm_gradient %x, %scale, %dy {axis = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<3x197x768xf32>, tensor<768xf32>, tensor<3x197x768xf32>) -> (tensor<3x197x768xf32>, tensor<768xf32>)
  return %dscale : tensor<768xf32>
}

// -----

// Of a group norm, each sample.
// KEEP-LABEL: @keep_group_norm_gradient
func.func @keep_group_norm_gradient(%x: tensor<5x4x3x3xf32>, %scale: tensor<4xf32>, %dy: tensor<5x4x3x3xf32>) -> (tensor<5x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>) {
  // KEEP: %[[ALL:.*]], %[[DSCALES:.*]], %[[DOFFSETS:.*]] = bn.group_norm_gradient {{.*}} parts = 5 : i64} : {{.*}} -> (tensor<5x4x3x3xf32>, tensor<5x4xf32>, tensor<5x4xf32>)
  // KEEP: nn.reduce_sum %[[DSCALES]] axes [0] :
  // KEEP: nn.reduce_sum %[[DOFFSETS]] axes [0] :
  %dx, %dscale, %doffset = bn.group_norm_gradient %x, %scale, %dy {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<5x4x3x3xf32>, tensor<4xf32>, tensor<5x4x3x3xf32>) -> (tensor<5x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>)
  return %dx, %dscale, %doffset : tensor<5x4x3x3xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// The sums would not fit on the stack.
// KEEP-LABEL: @expand_long_rows
func.func @expand_long_rows(%x: tensor<2x100000xf32>, %scale: tensor<100000xf32>, %dy: tensor<2x100000xf32>) -> tensor<100000xf32> {
  // KEEP-NOT: bn.rms_norm_gradient
  %dx, %dscale = bn.rms_norm_gradient %x, %scale, %dy {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x100000xf32>, tensor<100000xf32>, tensor<2x100000xf32>) -> (tensor<2x100000xf32>, tensor<100000xf32>)
  return %dscale : tensor<100000xf32>
}
