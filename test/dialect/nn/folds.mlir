// Operators that are the identity fold away; those that only look so stay.
// RUN: bn-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: @fold_concat_of_one
// CHECK-SAME: (%[[X:.*]]: tensor<1x4xf32>)
func.func @fold_concat_of_one(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %result = nn.concat %x axis 1 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// CHECK-LABEL: @no_fold_concat_of_two
func.func @no_fold_concat_of_two(%x: tensor<1x4xf32>) -> tensor<1x8xf32> {
  // CHECK: nn.concat
  %result = nn.concat %x, %x axis 1 : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
  return %result : tensor<1x8xf32>
}

// CHECK-LABEL: @fold_reshape_to_same_type
// CHECK-SAME: (%[[X:.*]]: tensor<?x4xf32>)
func.func @fold_reshape_to_same_type(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %result = nn.reshape %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %result : tensor<?x4xf32>
}

// CHECK-LABEL: @no_fold_reshape_two_unknown_sizes
func.func @no_fold_reshape_two_unknown_sizes(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // CHECK: nn.reshape
  %result = nn.reshape %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return %result : tensor<?x?xf32>
}

// CHECK-LABEL: @fold_transpose_identity
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>)
func.func @fold_transpose_identity(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %result = nn.transpose %x permutation [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %result : tensor<2x3xf32>
}

// CHECK-LABEL: @no_fold_transpose_square
func.func @no_fold_transpose_square(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  // CHECK: nn.transpose
  %result = nn.transpose %x permutation [1, 0] : (tensor<3x3xf32>) -> tensor<3x3xf32>
  return %result : tensor<3x3xf32>
}

// CHECK-LABEL: @fold_cast_to_same_type
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
func.func @fold_cast_to_same_type(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NEXT: return %[[X]]
  %result = nn.cast %x : (tensor<4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// CHECK-LABEL: @fold_cast_to_wider_type_and_back
// CHECK-SAME: (%[[X:.*]]: tensor<4xbf16>)
func.func @fold_cast_to_wider_type_and_back(%x: tensor<4xbf16>) -> tensor<4xbf16> {
  // CHECK-NEXT: return %[[X]]
  %wide = nn.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %result = nn.cast %wide : (tensor<4xf32>) -> tensor<4xbf16>
  return %result : tensor<4xbf16>
}

// CHECK-LABEL: @fold_cast_of_exact_cast
// CHECK-SAME: (%[[X:.*]]: tensor<4xbf16>)
func.func @fold_cast_of_exact_cast(%x: tensor<4xbf16>) -> tensor<4xf16> {
  // CHECK-NEXT: nn.cast %[[X]] : (tensor<4xbf16>) -> tensor<4xf16>
  // CHECK-NEXT: return
  %wide = nn.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %result = nn.cast %wide : (tensor<4xf32>) -> tensor<4xf16>
  return %result : tensor<4xf16>
}

// CHECK-LABEL: @no_fold_cast_that_rounds
func.func @no_fold_cast_that_rounds(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: nn.cast
  // CHECK-NEXT: nn.cast
  %narrow = nn.cast %x : (tensor<4xf32>) -> tensor<4xf16>
  %result = nn.cast %narrow : (tensor<4xf16>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// CHECK-LABEL: @no_fold_cast_between_narrow_types
func.func @no_fold_cast_between_narrow_types(%x: tensor<4xf16>) -> tensor<4xf16> {
  // CHECK: nn.cast
  // CHECK-NEXT: nn.cast
  %other = nn.cast %x : (tensor<4xf16>) -> tensor<4xbf16>
  %result = nn.cast %other : (tensor<4xbf16>) -> tensor<4xf16>
  return %result : tensor<4xf16>
}
