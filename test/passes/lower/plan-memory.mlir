// Places in the arena: reuse, in-place results, halos, slices, outputs.
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-plan-memory --split-input-file | FileCheck %s

// The quotient replaces its first operand, whose last use it is; the last
// kernel writes the output itself.
// CHECK-LABEL: func.func @in_place_quotient(
// CHECK-SAME: %[[X:.*]]: memref<4x8xf32>, %[[OUT:.*]]: memref<4x8xf32> {bn.output}, %[[ARENA:.*]]: memref<192xi8>
// CHECK: %[[A:.*]] = kernel.place %[[ARENA]] at 0
// CHECK: kernel.launch @softmax ins(%[[X]] : {{.*}}) outs(%[[A]]
// CHECK: %[[SUM:.*]] = kernel.place %[[ARENA]] at 128
// CHECK: kernel.launch @reduce_sum ins(%[[A]] : {{.*}}) outs(%[[SUM]]
// CHECK: %[[B:.*]] = kernel.place %[[ARENA]] at 0
// CHECK: kernel.launch @div ins(%[[A]], %[[SUM]] : {{.*}}) outs(%[[B]]
// CHECK: kernel.launch @softmax_0 ins(%[[B]] : {{.*}}) outs(%[[OUT]]
// CHECK: kernel.func @div{{.*}}inPlace
func.func @in_place_quotient(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.softmax %x axis 1 : tensor<4x8xf32>
  %1 = nn.reduce_sum %0 axes [1] keep_dims : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %2 = nn.div %0, %1 : (tensor<4x8xf32>, tensor<4x1xf32>) -> tensor<4x8xf32>
  %3 = nn.softmax %2 axis 0 : tensor<4x8xf32>
  return %3 : tensor<4x8xf32>
}

// -----

// The second slice starts two channels, 8 bytes, behind the first.
// CHECK-LABEL: func.func @slices_of_concat(
// CHECK: %[[A:.*]] = kernel.place %{{.*}} at 0 {{.*}} -> memref<2x2xf32, strided<[5, 1]>>
// CHECK: kernel.launch @relu {{.*}} outs(%[[A]]
// CHECK: %[[B:.*]] = kernel.place %{{.*}} at 8 {{.*}} -> memref<2x3xf32, strided<[5, 1]>>
// CHECK: kernel.launch @sigmoid {{.*}} outs(%[[B]]
// CHECK-NOT: nn.concat
func.func @slices_of_concat(%x: tensor<2x2xf32>, %y: tensor<2x3xf32>) -> tensor<2x5xf32> {
  %0 = nn.relu %x : tensor<2x2xf32>
  %1 = nn.sigmoid %y : tensor<2x3xf32>
  %2 = nn.concat %0, %1 axis 1 : (tensor<2x2xf32>, tensor<2x3xf32>) -> tensor<2x5xf32>
  %3 = nn.softmax %2 axis 1 : tensor<2x5xf32>
  return %3 : tensor<2x5xf32>
}

// -----

// The halo is zeroed once, before the kernel that writes inside it.
// CHECK-LABEL: func.func @zero_halo(
// CHECK: kernel.zero_halo %{{.*}} halo [0, 0, 0, 0, 1, 1, 1, 1]
// CHECK-NEXT: %[[IN:.*]] = kernel.place
// CHECK-NEXT: kernel.launch @copy {{.*}} outs(%[[IN]]
// CHECK: kernel.launch @conv3x3 ins(%[[IN]]
// CHECK-NOT: kernel.zero_halo
func.func @zero_halo(%x: tensor<1x2x4x4xf32>, %w: tensor<1x2x3x3xf32>) -> tensor<1x1x4x4xf32> {
  %0 = nn.conv %x, %w pads [1, 1, 1, 1] : (tensor<1x2x4x4xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// -----

// Two views of one value read the same place.
// CHECK-LABEL: func.func @two_reshapes(
// CHECK: %[[A:.*]] = kernel.place %{{.*}} at [[AT:.*]] : {{.*}} -> memref<2x6xf32>
// CHECK: kernel.launch @relu {{.*}} outs(%[[A]]
// CHECK-DAG: kernel.place %{{.*}} at [[AT]] : {{.*}} -> memref<12xf32>
// CHECK-DAG: kernel.place %{{.*}} at [[AT]] : {{.*}} -> memref<3x4xf32>
func.func @two_reshapes(%x: tensor<2x6xf32>) -> (tensor<12xf32>, tensor<3x4xf32>) {
  %0 = nn.relu %x : tensor<2x6xf32>
  %1 = nn.reshape %0 : (tensor<2x6xf32>) -> tensor<12xf32>
  %2 = nn.reshape %0 : (tensor<2x6xf32>) -> tensor<3x4xf32>
  %3 = nn.exp %1 : tensor<12xf32>
  %4 = nn.exp %2 : tensor<3x4xf32>
  return %3, %4 : tensor<12xf32>, tensor<3x4xf32>
}

// -----

// The first tiles of the result would overwrite what later ones load.
// CHECK-LABEL: func.func @no_in_place_through_load(
// CHECK: kernel.launch @relu_conv1x1 ins(%[[X:.*]], %{{.*}}) outs(%[[Y:.*]] :
// CHECK: kernel.func @relu_conv1x1
// CHECK-NOT: inPlace
// CHECK-SAME: {
func.func @no_in_place_through_load(%x: tensor<1x4x4x4xf32>) -> (tensor<1x4x1x1xf32>, tensor<1x4x4x4xf32>) {
  %w = arith.constant dense_resource<w> : tensor<4x4x1x1xf32>
  %0 = nn.softmax %x axis 1 : tensor<1x4x4x4xf32>
  %1 = nn.reduce_mean %0 axes [2, 3] keep_dims : (tensor<1x4x4x4xf32>) -> tensor<1x4x1x1xf32>
  %2 = nn.relu %0 : tensor<1x4x4x4xf32>
  %3 = nn.conv %2, %w : (tensor<1x4x4x4xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x4x4xf32>
  %4 = nn.softmax %3 axis 1 : tensor<1x4x4x4xf32>
  return %1, %4 : tensor<1x4x1x1xf32>, tensor<1x4x4x4xf32>
}

// -----

// A recipe stays with its constant.
// CHECK: memref.global "private" constant @weights : memref<1x1x1x1xf32> = dense_resource<w> {bn.recipe = #bn.recipe<copy of "w">}
func.func @keep_recipe(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<1x1x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F"
    }
  }
#-}

// -----

// An input in another shape is read where it lies.
// CHECK-LABEL: func.func @reshape_of_input(
// CHECK-SAME: %[[X:.*]]: memref<2x6xf32>, %[[OUT:.*]]: memref<3x4xf32> {bn.output}
// CHECK-NOT: @copy
// CHECK: %[[VIEW:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [3, 4], strides: [4, 1]
// CHECK: kernel.launch @softmax ins(%[[VIEW]] : {{.*}}) outs(%[[OUT]]
// CHECK-NOT: @copy
func.func @reshape_of_input(%x: tensor<2x6xf32>) -> tensor<3x4xf32> {
  %0 = nn.reshape %x : (tensor<2x6xf32>) -> tensor<3x4xf32>
  %1 = nn.softmax %0 axis 1 : tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

// -----

!m = tensor<8x32xf32>
!v = tensor<32xf32>

// A normalization has read all of a feature before it writes its first result: one place for data and result.
// CHECK-LABEL: func.func @in_place_training(
// CHECK-SAME: memref<1280xi8>
// CHECK: %[[A:.*]] = kernel.place %{{.*}} at 0
// CHECK: kernel.launch @softmax ins({{.*}} outs(%[[A]]
// CHECK: %[[B:.*]] = kernel.place %{{.*}} at 0
// CHECK: kernel.launch @training_relu ins(%[[A]], {{.*}} outs(%[[B]],
// CHECK: kernel.func @training_relu{{.*}}inPlace
func.func @in_place_training(%x: !m, %p: !v) -> !m {
  %0 = nn.softmax %x axis 1 : !m
  %1, %mean, %variance = bn.training %0, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v) -> (!m, !v, !v)
  %2 = nn.relu %1 : !m
  %3 = nn.softmax %2 axis 1 : !m
  return %3 : !m
}

// -----

!m = tensor<8x32xf32>
!v = tensor<32xf32>

// The gradient of the output is replaced; the data are read again.
// CHECK-LABEL: func.func @in_place_gradient(
// CHECK: %[[DY:.*]] = kernel.place %{{.*}} at [[PLACE:[0-9]+]]
// CHECK: kernel.launch @softmax ins(%arg1 {{.*}} outs(%[[DY]]
// CHECK: %[[DX:.*]] = kernel.place %{{.*}} at [[PLACE]] :
// CHECK: kernel.launch @gradient ins(%arg0, {{.*}}%[[DY]] {{.*}} outs(%[[DX]],
// CHECK: kernel.func @gradient{{.*}}inPlace
func.func @in_place_gradient(%x: !m, %g: !m, %p: !v) -> !m {
  %dy = nn.softmax %g axis 1 : !m
  %dx, %ds, %do = bn.gradient %x, %p, %p, %p, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  %0 = nn.softmax %dx axis 1 : !m
  return %0 : !m
}

// -----

!m = tensor<8x24xf32>
!v = tensor<24xf32>

// Vectors of 24 features would overlap, or be short.
// CHECK-LABEL: func.func @no_in_place_training_short_vectors(
// CHECK-NOT: inPlace
func.func @no_in_place_training_short_vectors(%x: !m, %p: !v) -> !m {
  %0 = nn.softmax %x axis 1 : !m
  %1, %mean, %variance = bn.training %0, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v) -> (!m, !v, !v)
  %2 = nn.softmax %1 axis 1 : !m
  return %2 : !m
}

// -----

!v = tensor<32xf32>

// Scale and data have one type here; the scale is not read element by element.
// CHECK-LABEL: func.func @no_in_place_of_scale(
// CHECK-NOT: inPlace
func.func @no_in_place_of_scale(%x: !v, %g: !v, %p: !v) -> !v {
  %s = nn.softmax %g axis 0 : !v
  %1, %mean, %variance = bn.training %x, %s, %p {epsilon = 1.0e-05 : f64, featureIndex = 0 : i64} : (!v, !v, !v) -> (!v, !v, !v)
  %2 = nn.softmax %1 axis 0 : !v
  return %2 : !v
}

// -----

!m = tensor<8x32xf32>
!v = tensor<32xf32>

// What the caller may give the same memory is computed in place where it lies.
// CHECK-LABEL: func.func @overwritten_argument(
// CHECK-SAME: %[[X:.*]]: memref<8x32xf32> {bn.overwritten}, {{.*}} %[[OUT:.*]]: memref<8x32xf32> {bn.output}
// CHECK: kernel.launch @training ins(%[[X]], {{.*}} outs(%[[OUT]],
// CHECK: kernel.func @training{{.*}}inPlace
func.func @overwritten_argument(%x: !m {bn.overwritten}, %p: !v) -> !m {
  %1, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v) -> (!m, !v, !v)
  return %1 : !m
}
