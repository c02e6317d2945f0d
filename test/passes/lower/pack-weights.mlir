// Weights in the order in which a tile reads them.
// RUN: bn-opt %s --bn-pack-weights --split-input-file | FileCheck %s

// 3 outputs in tiles of 2, the second one filled with zeros.
// CHECK-LABEL: func.func @pack_conv(
// CHECK: arith.constant dense<{{\[\[\[\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]]], {{\[\[\[\[}}5.000000e+00, 0.000000e+00], [6.000000e+00, 0.000000e+00]]]]]> : tensor<2x1x1x2x2xf32>
func.func @pack_conv(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %w = arith.constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]], [[[5.0]], [[6.0]]]]> : tensor<3x2x1x1xf32>
  %0 = kernel.launch @conv ins(%x, %w : tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}
kernel.func @conv(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x1x1xf32> {kernel.layout = #kernel.packed<tile = 2>}) -> tensor<1x3x4x4xf32> {
  %0 = nn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  kernel.return %0 : tensor<1x3x4x4xf32>
}

// -----

// A product that transposes B has its outputs in the rows.
// CHECK-LABEL: func.func @pack_transposed_matrix(
// CHECK: arith.constant dense<{{\[\[}}[1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]]> : tensor<1x2x2xf32>
func.func @pack_transposed_matrix(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %b = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = kernel.launch @gemm ins(%x, %b : tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
kernel.func @gemm(%x: tensor<1x2xf32>, %b: tensor<2x2xf32> {kernel.layout = #kernel.packed<tile = 2>}) -> tensor<1x2xf32> {
  %0 = nn.gemm %x, %b trans_b : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  kernel.return %0 : tensor<1x2xf32>
}

// -----

// The recipe tells how the elements lie then: 3 outputs in tiles of 2, 2 inputs, 1 tap.
// CHECK-LABEL: func.func @pack_recipe(
// CHECK: arith.constant {bn.recipe = #bn.recipe<copy of "w" packing [2, 3, 2, 1, 2, 1]>} dense_resource<packed> : tensor<2x1x1x2x2xf32>
// CHECK: packed: "0x400000000000803F00004040000000400000804000{{.*}}"
func.func @pack_recipe(%x: tensor<1x2x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %w = arith.constant {bn.recipe = #bn.recipe<copy of "w">} dense_resource<w> : tensor<3x2x1x1xf32>
  %0 = kernel.launch @conv ins(%x, %w : tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  return %0 : tensor<1x3x4x4xf32>
}
kernel.func @conv(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x1x1xf32> {kernel.layout = #kernel.packed<tile = 2>}) -> tensor<1x3x4x4xf32> {
  %0 = nn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
  kernel.return %0 : tensor<1x3x4x4xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F0000004000004040000080400000A0400000C040"
    }
  }
#-}
