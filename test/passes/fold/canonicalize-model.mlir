// What models spell out becomes the operators that later phases know.

// RUN: bn-opt %s --bn-canonicalize-model --split-input-file | FileCheck %s

// CHECK-LABEL: @channel_shuffle
func.func @channel_shuffle(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  // CHECK: %[[RESULT:.*]] = nn.channel_shuffle %{{.*}} groups 2 : tensor<1x6x4x4xf32>
  // CHECK-NEXT: return %[[RESULT]]
  %0 = nn.reshape %x : (tensor<1x6x4x4xf32>) -> tensor<1x2x3x4x4xf32>
  %1 = nn.transpose %0 permutation [0, 2, 1, 3, 4] : (tensor<1x2x3x4x4xf32>) -> tensor<1x3x2x4x4xf32>
  %2 = nn.reshape %1 : (tensor<1x3x2x4x4xf32>) -> tensor<1x6x4x4xf32>
  return %2 : tensor<1x6x4x4xf32>
}

// -----

// CHECK-LABEL: @channel_shuffle_merged_pixels
func.func @channel_shuffle_merged_pixels(%x: tensor<1x6x4x4xf32>) -> tensor<1x6x4x4xf32> {
  // CHECK: nn.channel_shuffle %{{.*}} groups 3
  // CHECK-NEXT: return
  %0 = nn.reshape %x : (tensor<1x6x4x4xf32>) -> tensor<1x3x2x16xf32>
  %1 = nn.transpose %0 permutation [0, 2, 1, 3] : (tensor<1x3x2x16xf32>) -> tensor<1x2x3x16xf32>
  %2 = nn.reshape %1 : (tensor<1x2x3x16xf32>) -> tensor<1x6x4x4xf32>
  return %2 : tensor<1x6x4x4xf32>
}

// -----

// Swaps batch and group: no shuffle within a sample.
// CHECK-LABEL: @no_channel_shuffle_batch
func.func @no_channel_shuffle_batch(%x: tensor<2x6x4xf32>) -> tensor<2x6x4xf32> {
  // CHECK: nn.transpose
  %0 = nn.reshape %x : (tensor<2x6x4xf32>) -> tensor<2x2x3x4xf32>
  %1 = nn.transpose %0 permutation [1, 0, 2, 3] : (tensor<2x2x3x4xf32>) -> tensor<2x2x3x4xf32>
  %2 = nn.reshape %1 : (tensor<2x2x3x4xf32>) -> tensor<2x6x4xf32>
  return %2 : tensor<2x6x4xf32>
}

// -----

// Depth to space, spelled out, has the same three operators.
// CHECK-LABEL: @no_channel_shuffle_other_shape
func.func @no_channel_shuffle_other_shape(%x: tensor<1x4x2x2xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK: nn.transpose
  %0 = nn.reshape %x : (tensor<1x4x2x2xf32>) -> tensor<1x2x2x2x2xf32>
  %1 = nn.transpose %0 permutation [0, 2, 1, 3, 4] : (tensor<1x2x2x2x2xf32>) -> tensor<1x2x2x2x2xf32>
  %2 = nn.reshape %1 : (tensor<1x2x2x2x2xf32>) -> tensor<1x1x4x4xf32>
  return %2 : tensor<1x1x4x4xf32>
}

// -----

// CHECK-LABEL: @merge_reshapes
func.func @merge_reshapes(%x: tensor<2x6xf32>) -> (tensor<3x4xf32>, tensor<2x6xf32>) {
  // CHECK: %[[MERGED:.*]] = nn.reshape %[[INPUT:.*]] : (tensor<2x6xf32>) -> tensor<3x4xf32>
  // CHECK-NEXT: return %[[MERGED]], %[[INPUT]]
  %0 = nn.reshape %x : (tensor<2x6xf32>) -> tensor<12xf32>
  %1 = nn.reshape %0 : (tensor<12xf32>) -> tensor<3x4xf32>
  %2 = nn.reshape %1 : (tensor<3x4xf32>) -> tensor<2x6xf32>
  return %1, %2 : tensor<3x4xf32>, tensor<2x6xf32>
}

// -----

// CHECK-LABEL: @drop_unbounded_clip
func.func @drop_unbounded_clip(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: return
  %0 = nn.clip %x to [0xFFF0000000000000, 0x7FF0000000000000] : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// CHECK-LABEL: @gemm_alpha_beta
func.func @gemm_alpha_beta(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}5.000000e-01, 1.000000e+00], [1.500000e+00, 2.000000e+00]]>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<8.000000e+00> : tensor<2xf32>
  // CHECK: nn.gemm %{{.*}}, %[[WEIGHTS]] bias %[[BIAS]] :
  %weights = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %bias = arith.constant dense<4.0> : tensor<1x1xf32>
  %0 = nn.gemm %x, %weights bias %bias alpha 0.5 beta 2.0 : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<1x1xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

// beta·C varies along the rows: 2·4 and 2·5 are added to the product.
// CHECK-LABEL: @split_gemm_row_bias
func.func @split_gemm_row_bias(%x: tensor<2x2xf32>, %weights: tensor<2x2xf32>) -> tensor<2x2xf32> {
  // CHECK: %[[ROWS:.*]] = arith.constant dense<{{\[\[}}8.000000e+00], [1.000000e+01]]> : tensor<2x1xf32>
  // CHECK: %[[PRODUCT:.*]] = nn.gemm %arg0, %arg1 alpha 5.000000e-01 :
  // CHECK-NEXT: nn.add %[[PRODUCT]], %[[ROWS]]
  %bias = arith.constant dense<[[4.0], [5.0]]> : tensor<2x1xf32>
  %0 = nn.gemm %x, %weights bias %bias alpha 0.5 beta 2.0 : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: @no_split_computed_row_bias
func.func @no_split_computed_row_bias(%x: tensor<2x2xf32>, %weights: tensor<2x2xf32>, %bias: tensor<2x1xf32>) -> tensor<2x2xf32> {
  // CHECK: nn.gemm %arg0, %arg1 bias %arg2 alpha 5.000000e-01 beta 2.000000e+00 :
  %0 = nn.gemm %x, %weights bias %bias alpha 0.5 beta 2.0 : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: @merge_pad_into_conv
func.func @merge_pad_into_conv(%x: tensor<?x1x4x?xf32>, %w: tensor<1x1x3x3xf32>) -> tensor<?x1x5x?xf32> {
  // CHECK-NEXT: nn.conv %arg0, %arg1 pads [0, 2, 3, 1] :
  // CHECK-NEXT: return
  %0 = nn.pad %x pads [0, 0, 0, 1, 0, 0, 2, 1] : (tensor<?x1x4x?xf32>) -> tensor<?x1x6x?xf32>
  %1 = nn.conv %0, %w pads [0, 1, 1, 0] : (tensor<?x1x6x?xf32>, tensor<1x1x3x3xf32>) -> tensor<?x1x5x?xf32>
  return %1 : tensor<?x1x5x?xf32>
}

// -----

// Margins that are not zeros of the image.
// CHECK-LABEL: @no_merge_pad_into_conv
func.func @no_merge_pad_into_conv(%x: tensor<1x1x4xf32>, %w: tensor<1x1x3xf32>, %v: tensor<1x3x3xf32>)
    -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>, tensor<1x1x2xf32>) {
  // CHECK-COUNT-3: nn.pad
  %0 = nn.pad %x pads [0, 0, 1, 0, 0, 1] value 1.0 : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %1 = nn.conv %0, %w : (tensor<1x1x6xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  %2 = nn.pad %x pads [0, 0, 1, 0, 0, 1] mode reflect : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %3 = nn.conv %2, %w : (tensor<1x1x6xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  %4 = nn.pad %x pads [0, 1, 0, 0, 1, 0] : (tensor<1x1x4xf32>) -> tensor<1x3x4xf32>
  %5 = nn.conv %4, %v : (tensor<1x3x4xf32>, tensor<1x3x3xf32>) -> tensor<1x1x2xf32>
  return %1, %3, %5 : tensor<1x1x4xf32>, tensor<1x1x4xf32>, tensor<1x1x2xf32>
}
