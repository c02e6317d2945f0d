// Normalizations that are asked to stay get an attribute, which every other
// pass of the fold phase respects.

// RUN: bn-opt %s --bn-keep-normalizations=names=norm,second | FileCheck %s --check-prefix=MARK
// RUN: bn-opt %s --bn-fold=keep=norm,second | FileCheck %s
// RUN: bn-opt %s --bn-fold | FileCheck %s --check-prefix=FOLD
// RUN: bn-opt %s --bn-fold=keep=norm,second --remarks-filter=bn-fold -o %t.mlir 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: bn-opt %t.mlir --bn-fold | FileCheck %s

// REMARK: Op=bn.scale_shift, Reason="asked to keep"

// MARK: bn.inference {{.*}}{bn.keep, epsilon
// MARK: bn.inference {{.*}}{epsilon
// FOLD-LABEL: @no_fold_into_conv
// FOLD-NOT: bn.scale_shift
// CHECK-LABEL: @no_fold_into_conv
func.func @no_fold_into_conv(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.conv
  // CHECK-NEXT: bn.scale_shift {{.*}} {bn.keep, featureIndex = 1 : i64}
  // CHECK-NEXT: nn.conv {{.*}} bias
  // CHECK-NEXT: return
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = bn.inference %0, %one, %one, %one, %one {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("norm")
  %2 = nn.conv %1, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %3 = bn.inference %2, %one, %one, %one, %one {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("other")
  return %3 : tensor<1x1x4xf32>
}

// Neither the one above nor the one below goes into it.
// FOLD-LABEL: @no_merge_with_another
// FOLD-COUNT-1: bn.scale_shift
// CHECK-LABEL: @no_merge_with_another
func.func @no_merge_with_another(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift {{.*}} {featureIndex = 1 : i64}
  // CHECK-NEXT: bn.scale_shift {{.*}} {bn.keep, featureIndex = 1 : i64}
  // CHECK-NEXT: bn.scale_shift {{.*}} {featureIndex = 1 : i64}
  // CHECK-NEXT: return
  // FOLD-NOT: bn.scale_shift
  // FOLD: return
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32> loc("first")
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32> loc("second")
  %2 = bn.scale_shift %1, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32> loc("third")
  return %2 : tensor<1x1x4xf32>
}

// FOLD-LABEL: @no_merge_into_branches
// FOLD-NOT: bn.scale_shift
// CHECK-LABEL: @no_merge_into_branches
func.func @no_merge_into_branches(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.conv
  // CHECK: bn.scale_shift {{.*}} {bn.keep,
  // CHECK: nn.add
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = bn.scale_shift %x, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32> loc("norm")
  %2 = nn.add %0, %1 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// FOLD-LABEL: @no_merge_into_norm
// FOLD-NOT: bn.scale_shift
// CHECK-LABEL: @no_merge_into_norm
func.func @no_merge_into_norm(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK: bn.layer_norm %{{[^,]*}}, %{{[^,]*}}, %{{[^,]*}} {axis = 1 : i64, bn.keep,
  // CHECK-NEXT: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<2xf32>
  %five = arith.constant dense<5.0> : tensor<2xf32>
  %0 = bn.layer_norm %x, %two, %five {axis = 1 : i64, epsilon = 0.5 : f64}
      : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32> loc("norm")
  %1 = bn.scale_shift %0, %two, %five {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// Written out, it goes by the names of its operators.
// FOLD-LABEL: @no_fold_chain
// FOLD-NOT: bn.scale_shift
// CHECK-LABEL: @no_fold_chain
func.func @no_fold_chain(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.conv
  // CHECK-NEXT: bn.scale_shift {{.*}} {bn.keep,
  // CHECK-NEXT: return
  %weights = arith.constant dense<3.0> : tensor<2x2x1xf32>
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.mul %0, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32> loc("product")
  %2 = nn.add %1, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32> loc("second")
  return %2 : tensor<1x2x4xf32>
}
