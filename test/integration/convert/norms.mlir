// Layer, group and RMS norm compute, lowered to linalg and run by mlir-runner, what the reference interpreter does.

// RUN: %run_linalg %s --tolerance=1e-6

func.func @layer_norm_last_dimension(%x: tensor<2x3x8xf32>, %scale: tensor<8xf32>, %offset: tensor<8xf32>) -> tensor<2x3x8xf32> {
  %0 = bn.layer_norm %x, %scale, %offset {axis = 2 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x3x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x3x8xf32>
  return %0 : tensor<2x3x8xf32>
}

// -----

func.func @layer_norm_two_dimensions_no_offset_dynamic(%x: tensor<?x3x?xf32>, %scale: tensor<3x?xf32>) -> tensor<?x3x?xf32> {
  %0 = bn.layer_norm %x, %scale {axis = 1 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x3x?xf32>, tensor<3x?xf32>) -> tensor<?x3x?xf32>
  return %0 : tensor<?x3x?xf32>
}

// -----

func.func @layer_norm_everything(%x: tensor<2x3xf32>, %scale: tensor<2x3xf32>, %offset: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = bn.layer_norm %x, %scale, %offset {axis = 0 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @rms_norm(%x: tensor<?x8xf32>, %scale: tensor<8xf32>) -> tensor<?x8xf32> {
  %0 = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

func.func @group_norm(%x: tensor<2x6x3x3xf32>, %scale: tensor<6xf32>, %offset: tensor<6xf32>) -> tensor<2x6x3x3xf32> {
  %0 = bn.group_norm %x, %scale, %offset {groups = 2 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x6x3x3xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x3x3xf32>
  return %0 : tensor<2x6x3x3xf32>
}

// -----

func.func @group_norm_dynamic(%x: tensor<?x?x3x?xf32>, %scale: tensor<?xf32>, %offset: tensor<?xf32>) -> tensor<?x?x3x?xf32> {
  %0 = bn.group_norm %x, %scale, %offset {groups = 2 : i64, epsilon = 1.0e-05 : f64} : (tensor<?x?x3x?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x?x3x?xf32>
  return %0 : tensor<?x?x3x?xf32>
}

// -----

func.func @instance_norm(%x: tensor<2x4x9xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>) -> tensor<2x4x9xf32> {
  %0 = bn.group_norm %x, %scale, %offset {groups = 4 : i64, epsilon = 1.0e-05 : f64} : (tensor<2x4x9xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4x9xf32>
  return %0 : tensor<2x4x9xf32>
}
