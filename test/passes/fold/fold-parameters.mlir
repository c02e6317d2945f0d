// Where parameters may be refreshed, what folds holds for all numbers, and every constant says how it is made.

// RUN: bn-opt %s --mlir-disable-threading --bn-inference-to-scale-shift --bn-fold-parameters --bn-absorb-scale-shifts \
// RUN:     --remarks-filter=bn-fold 2>%t.remarks | FileCheck %s
// RUN: FileCheck --check-prefix=REMARK --input-file=%t.remarks %s
// RUN: bn-opt %s --bn-inference-to-scale-shift --bn-fold-parameters=tolerance=1e-8 --remarks-filter=bn-fold 2>&1 \
// RUN:     | FileCheck --check-prefix=EXACT %s

// EXACT: Kept | {{.*}}rounding the folded weights of 'nn.conv' may change results by 6.0e-08 of their terms, more than the tolerance of 1.0e-08
// EXACT-NOT: Folded | {{.*}}Into=nn.conv

// s = [2/√4, −3/√9], t = [0.5 − 1·1, −1 − 2·(−1)]
// CHECK-LABEL: @fold_into_conv_no_bias
func.func @fold_into_conv_no_bias(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant {bn.recipe = #bn.recipe<weights of "w" by [<normalize of ["g", "b", "m", "v"] at "{{[0-9:]+}}" epsilon 1.000000e+00 : f64>] view [1, 1, 2, 1]>} dense_resource<weights>
  // CHECK-DAG: %[[B:.*]] = arith.constant {bn.recipe = #bn.recipe<bias by [<normalize of ["g", "b", "m", "v"] at "{{[0-9:]+}}" epsilon 1.000000e+00 : f64>]>} dense_resource<bias>
  // CHECK: %[[Y:.*]] = nn.conv %{{.*}}, %[[W]] bias %[[B]]
  // CHECK-NEXT: return %[[Y]]
  // REMARK: Folded | Category:bn-fold | {{.*}}Into=nn.conv, {{.*}}Op=bn.scale_shift, Rule="W' = s*W, b' = s*b + t, again at every refresh"
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<2x1x1x1xf32>
  %scale = arith.constant {bn.recipe = #bn.recipe<copy of "g">} dense_resource<g> : tensor<2xf32>
  %offset = arith.constant {bn.recipe = #bn.recipe<copy of "b">} dense_resource<b> : tensor<2xf32>
  %mean = arith.constant {bn.recipe = #bn.recipe<copy of "m">} dense_resource<m> : tensor<2xf32>
  %variance = arith.constant {bn.recipe = #bn.recipe<copy of "v">} dense_resource<v> : tensor<2xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %y = bn.inference %0, %scale, %offset, %mean, %variance {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// Shifts that are zero now get a bias: they may not stay so.
// CHECK-LABEL: @fold_zero_shift
func.func @fold_zero_shift(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: #bn.recipe<bias by [<add of ["zero"] at "{{[0-9:]+}}">]>
  // CHECK: nn.conv %{{.*}}, %{{.*}} bias
  // CHECK-NEXT: return
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<2x1x1x1xf32>
  %zero = arith.constant {bn.recipe = #bn.recipe<copy of "zero">} dense_resource<zero> : tensor<1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.add %0, %zero : (tensor<1x2x4x4xf32>, tensor<1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// A multiplication needs no bias. Numbers that are no parameter stay as they are.
// CHECK-LABEL: @fold_scale_alone
func.func @fold_scale_alone(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: #bn.recipe<weights of "w" by [<multiply of [dense<5.000000e-01> : tensor<f32>] at "{{[0-9:]+}}">, <divide of ["g"] at "{{[0-9:]+}}">] view [1, 1, 2, 1]>
  // CHECK-NOT: bias
  // CHECK: nn.conv
  // CHECK-NEXT: return
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<2x1x1x1xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %scale = arith.constant {bn.recipe = #bn.recipe<copy of "g">} dense_resource<g> : tensor<2x1x1xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.mul %0, %half : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %2 = nn.div %1, %scale : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// An identity now is none after a refresh; a scale-shift that stays is f32.
// CHECK-LABEL: @no_fold_identity
func.func @no_fold_identity(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant {bn.recipe = #bn.recipe<scale by [<normalize of ["one", "zeros", "zeros", "one"] at "{{[0-9:]+}}" epsilon 0.000000e+00 : f64>, <subtract of ["m"] at "{{[0-9:]+}}">]>} dense_resource<{{.*}}> : tensor<2xf32>
  // CHECK-DAG: %[[SHIFT:.*]] = arith.constant {bn.recipe = #bn.recipe<shift by [{{.*}}]>} dense_resource<{{.*}}> : tensor<2xf32>
  // CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]]
  // CHECK-NEXT: return
  // REMARK: Kept | Category:bn-fold | Cause=refreshable, Op=bn.scale_shift, Reason="its parameters may be refreshed, and no operator with weights stands above"
  %one = arith.constant {bn.recipe = #bn.recipe<copy of "one">} dense_resource<one> : tensor<2xf32>
  %zeros = arith.constant {bn.recipe = #bn.recipe<copy of "zeros">} dense_resource<zeros> : tensor<2xf32>
  %mean = arith.constant {bn.recipe = #bn.recipe<copy of "m">} dense_resource<m> : tensor<2x1x1xf32>
  %0 = bn.inference %x, %one, %zeros, %zeros, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.sub %0, %mean : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// CHECK-LABEL: @no_fold_conv_two_users
func.func @no_fold_conv_two_users(%x: tensor<1x1x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  // CHECK: nn.conv
  // CHECK-NEXT: bn.scale_shift
  // REMARK: Kept | Category:bn-fold | Cause=refreshable, Op=bn.scale_shift, Reason="its parameters may be refreshed, and the result of 'nn.conv' has another use"
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<2x1x1x1xf32>
  %scale = arith.constant {bn.recipe = #bn.recipe<copy of "g">} dense_resource<g> : tensor<2xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = bn.scale_shift %0, %scale, %scale {featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %0, %1 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

// CHECK-LABEL: @no_fold_asked_to_stay
func.func @no_fold_asked_to_stay(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK-DAG: %[[SCALE:.*]] = arith.constant {bn.recipe = #bn.recipe<scale by [<normalize {{.*}}>]>} dense_resource<{{.*}}> : tensor<2xf32>
  // CHECK: nn.conv
  // CHECK-NEXT: bn.scale_shift %{{.*}}, %[[SCALE]], %{{.*}} {bn.keep, featureIndex = 1 : i64}
  // REMARK: Kept | Category:bn-fold | {{.*}}asked to keep
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<2x1x1x1xf32>
  %scale = arith.constant {bn.recipe = #bn.recipe<copy of "g">} dense_resource<g> : tensor<2xf32>
  %variance = arith.constant {bn.recipe = #bn.recipe<copy of "v">} dense_resource<v> : tensor<2xf32>
  %0 = nn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %y = bn.inference %0, %scale, %scale, %scale, %variance {bn.keep, epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}

// Weights that are no parameter, above one that is.
// CHECK-LABEL: @fold_into_fixed_weights
func.func @fold_into_fixed_weights(%x: tensor<1x1xf32>) -> tensor<1x2xf32> {
  // CHECK-DAG: #bn.recipe<weights of dense<{{.*}}> : tensor<1x2xf32> by [<add of ["b"] at "{{[0-9:]+}}">] view [1, 1, 2, 1]>
  // CHECK-DAG: #bn.recipe<bias of dense<5.000000e+00> : tensor<2xf32> by [<add of ["b"] at "{{[0-9:]+}}">]>
  // CHECK: nn.gemm
  // CHECK-NEXT: return
  %w = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %bias = arith.constant dense<5.0> : tensor<2xf32>
  %b = arith.constant {bn.recipe = #bn.recipe<copy of "b">} dense_resource<b> : tensor<2xf32>
  %0 = nn.gemm %x, %w bias %bias : (tensor<1x1xf32>, tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %1 = nn.add %0, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// What no parameter is in is left to other passes.
// CHECK-LABEL: @fold_without_parameters
func.func @fold_without_parameters(%x: tensor<1x1xf32>) -> tensor<1x2xf32> {
  // CHECK-NOT: bn.recipe
  // CHECK: nn.gemm
  // CHECK-NEXT: return
  %w = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %b = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %0 = nn.gemm %x, %w : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = bn.scale_shift %0, %b, %b {featureIndex = 1 : i64} : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// The weights, times s = [1, −1], and the shifts t = [−0.5, 1].
// CHECK: weights: "0x400000000000803F000000C0"
// CHECK: bias: "0x40000000000000BF0000803F"

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F00000040",
      g: "0x0400000000000040000040C0",
      b: "0x040000000000003F000080BF",
      m: "0x040000000000803F00000040",
      v: "0x040000000000404000000041",
      one: "0x040000000000803F0000803F",
      zero: "0x0400000000000000",
      zeros: "0x040000000000000000000000"
    }
  }
#-}
