// Folding is left out where rounding its weights would cost more than the
// tolerance, by default in 16-bit types and never in f32.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file \
// RUN:   --remark-format=emitRemark --remarks-filter-missed=bn-fold -o %t.mlir 2> %t.remarks
// RUN: FileCheck %s < %t.mlir
// RUN: FileCheck %s --check-prefix=REMARK < %t.remarks
// RUN: bn-opt %s --bn-absorb-scale-shifts=tolerance=1e-2 --split-input-file \
// RUN:   | FileCheck %s --check-prefix=TOLERANT
// RUN: bn-opt %s --bn-fold=tolerance=1e-2 --split-input-file \
// RUN:   | FileCheck %s --check-prefix=TOLERANT

// What stays is computed in f32.
// CHECK-LABEL: @no_fold_bf16
// TOLERANT-LABEL: @no_fold_bf16
func.func @no_fold_bf16(%x: tensor<1x1x4xbf16>) -> tensor<1x1x4xbf16> {
  // CHECK: nn.conv
  // CHECK: bn.scale_shift {{.*}} (tensor<1x1x4xbf16>, tensor<1xf32>, tensor<1xf32>)
  // 3 + 1/128 rounds to 3.
  // TOLERANT: arith.constant dense<3.000000e+00> : tensor<1x1x1xbf16>
  // TOLERANT-NOT: bn.scale_shift
  // TOLERANT: return
  %weights = arith.constant dense<3.0> : tensor<1x1x1xbf16>
  %scale = arith.constant dense<1.00260416666666666> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xbf16>, tensor<1x1x1xbf16>) -> tensor<1x1x4xbf16>
  // REMARK: rounding the folded weights of 'nn.conv' to bf16 may change results by 2.6e-03 of their terms, more than the tolerance of 1.0e-06
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xbf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xbf16>
  return %1 : tensor<1x1x4xbf16>
}

// -----

// Of 2⁻²⁶ an f16 keeps nothing.
// CHECK-LABEL: @no_fold_f16_denormal
// TOLERANT-LABEL: @no_fold_f16_denormal
func.func @no_fold_f16_denormal(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK: bn.scale_shift
  // TOLERANT: bn.scale_shift
  %weights = arith.constant dense<6.103515625e-05> : tensor<1x1x1xf16>
  %scale = arith.constant dense<2.44140625e-04> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  // REMARK: to f16 may change results by 1.0e+00 of their terms
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  return %1 : tensor<1x1x4xf16>
}

// -----

// Powers of two, and what happens to be exact, fold in any type.
// CHECK-LABEL: @fold_f16_exact
// TOLERANT-LABEL: @fold_f16_exact
func.func @fold_f16_exact(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK-NOT: bn.scale_shift
  // CHECK: return
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf16>
  %scale = arith.constant dense<0.25> : tensor<1xf64>
  %shift = arith.constant dense<-2.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  return %1 : tensor<1x1x4xf16>
}

// -----

// Scales of zero, with either sign, and denormal ones: issues with dead channels.
// CHECK-LABEL: @fold_f32_hostile_scales
// TOLERANT-LABEL: @fold_f32_hostile_scales
func.func @fold_f32_hostile_scales(%x: tensor<1x1x4xf32>) -> tensor<1x4x4xf32> {
  // CHECK-DAG: arith.constant dense<{{\[\[\[}}0.000000e+00]], {{\[\[}}-0.000000e+00]], {{\[\[}}9.999940e-41]], {{\[\[}}1.000000e+30]]]> : tensor<4x1x1xf32>
  // CHECK-DAG: arith.constant dense<[1.000000e+00, 1.000000e+00, 1.000000e+00, -1.000000e+30]> : tensor<4xf32>
  // CHECK-NOT: bn.scale_shift
  // CHECK: return
  %weights = arith.constant dense<1.0> : tensor<4x1x1xf32>
  %scale = arith.constant dense<[0.0, -0.0, 1.0e-40, 1.0e30]> : tensor<4xf64>
  %shift = arith.constant dense<[1.0, 1.0, 1.0, -1.0e30]> : tensor<4xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<4x1x1xf32>) -> tensor<1x4x4xf32>
  %1 = bn.scale_shift %0, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x4x4xf32>, tensor<4xf64>, tensor<4xf64>) -> tensor<1x4x4xf32>
  return %1 : tensor<1x4x4xf32>
}
