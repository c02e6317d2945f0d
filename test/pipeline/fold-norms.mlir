// What the fold phase does around norms that compute their statistics.

// RUN: bn-opt %s --bn-fold --split-input-file -o %t.once.mlir
// RUN: bn-opt %t.once.mlir --bn-fold --split-input-file -o %t.twice.mlir
// RUN: diff %t.once.mlir %t.twice.mlir
// RUN: FileCheck %s < %t.once.mlir

// One that reads it cannot absorb: all stay as they are.
// CHECK-LABEL: @no_fold_layer_norm_another_user
func.func @no_fold_layer_norm_another_user(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<[4.000000e+00, 5.000000e+00]> : tensor<2xf32>
  // CHECK: bn.layer_norm %arg0, %[[SCALE]], %[[OFFSET]]
  // CHECK-NOT: bn.scale_shift
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %1 = nn.gemm %0, %a : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %2 = nn.sigmoid %0 : tensor<?x2xf32>
  return %1, %2 : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

// Nothing of a norm goes into the product before it.
// CHECK-LABEL: @no_fold_layer_norm_backwards
func.func @no_fold_layer_norm_backwards(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK-DAG: %[[A:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
  // CHECK: %[[PRODUCT:.*]] = nn.gemm %arg0, %[[A]] :
  // CHECK: bn.layer_norm %[[PRODUCT]], %{{.*}}, %{{.*}} {axis
  // CHECK-NEXT: return
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = nn.gemm %x, %a : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %1 = bn.layer_norm %0, %scale, %offset {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}

// -----

// A batch norm below a norm becomes part of it: s = 3/√9 = 1, t = 5 − 2·1 = 3.
// CHECK-LABEL: @fold_batch_norm_into_group_norm
func.func @fold_batch_norm_into_group_norm(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[2.000000e+00, 3.000000e+00]> : tensor<2xf32>
  // CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
  // CHECK: bn.group_norm %arg0, %[[SCALE]], %[[OFFSET]]
  // CHECK-NEXT: return
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %offset = arith.constant dense<[4.0, 5.0]> : tensor<2xf32>
  %three = arith.constant dense<3.0> : tensor<2xf32>
  %five = arith.constant dense<5.0> : tensor<2xf32>
  %two = arith.constant dense<2.0> : tensor<2xf32>
  %eight = arith.constant dense<8.0> : tensor<2xf32>
  %0 = bn.group_norm %x, %scale, %offset {groups = 2 : i64, epsilon = 5.0e-01 : f64} : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %1 = bn.inference %0, %three, %five, %two, %eight {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  return %1 : tensor<1x2x4xf32>
}
