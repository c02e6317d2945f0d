// Data of 16 bits is computed in f32 and rounded once: the error is half a unit in the last place, 2⁻¹¹ and 2⁻⁸.

// RUN: split-file %s %t
// RUN: %run_linalg %t/f16.mlir --tolerance=4.9e-4
// RUN: %run_linalg %t/bf16.mlir --tolerance=3.91e-3

//--- f16.mlir
func.func @inference_f16_parameters_f32(%x: tensor<2x3x4xf16>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4xf16> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf16>
  return %0 : tensor<2x3x4xf16>
}

// -----

func.func @training_f16(%x: tensor<8x3x4xf16>, %scale: tensor<3xf16>, %offset: tensor<3xf16>) -> (tensor<8x3x4xf16>, tensor<3xf16>, tensor<3xf16>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3x4xf16>, tensor<3xf16>, tensor<3xf16>) -> (tensor<8x3x4xf16>, tensor<3xf16>, tensor<3xf16>)
  return %0#0, %0#1, %0#2 : tensor<8x3x4xf16>, tensor<3xf16>, tensor<3xf16>
}

// -----

func.func @layer_norm_f16(%x: tensor<4x6xf16>, %scale: tensor<6xf16>, %offset: tensor<6xf32>) -> tensor<4x6xf16> {
  %0 = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 1.0e-05 : f64} : (tensor<4x6xf16>, tensor<6xf16>, tensor<6xf32>) -> tensor<4x6xf16>
  return %0 : tensor<4x6xf16>
}

//--- bf16.mlir
func.func @inference_bf16_parameters_bf16_and_f16(%x: tensor<2x3x4xbf16>, %scale: tensor<3xbf16>, %offset: tensor<3xf16>, %mean: tensor<3xbf16>, %variance: tensor<3xf32>) -> tensor<2x3x4xbf16> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4xbf16>, tensor<3xbf16>, tensor<3xf16>, tensor<3xbf16>, tensor<3xf32>) -> tensor<2x3x4xbf16>
  return %0 : tensor<2x3x4xbf16>
}

// -----

func.func @statistics_bf16(%x: tensor<8x3x4xbf16>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0:2 = bn.statistics %x {featureIndex = 1 : i64} : (tensor<8x3x4xbf16>) -> (tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1 : tensor<3xf32>, tensor<3xf32>
}
