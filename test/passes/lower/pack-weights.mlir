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
