// What has its statistics computes, lowered to linalg and run by mlir-runner, what the reference interpreter does.

// RUN: %run_linalg %s --tolerance=1e-6
// RUN: %run_linalg %s --tolerance=1e-6 --passes='convert-bn-to-linalg{statistics-bits=32}'

// Statistics are those given, whatever the batch's are: the input's mean is nowhere near.
func.func @inference_nchw_running_statistics(%x: tensor<2x3x4x5xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4x5xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4x5xf32>
  return %0 : tensor<2x3x4x5xf32>
}

// -----

func.func @inference_nhwc(%x: tensor<2x4x5x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x4x5x3xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-03 : f64, featureIndex = 3 : i64}
     : (tensor<2x4x5x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x4x5x3xf32>
  return %0 : tensor<2x4x5x3xf32>
}

// -----

func.func @inference_rank_2_dynamic(%x: tensor<?x?xf32>, %scale: tensor<?xf32>, %offset: tensor<?xf32>, %mean: tensor<?xf32>, %variance: tensor<?xf32>) -> tensor<?x?xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

func.func @inference_rank_1(%x: tensor<5xf32>, %scale: tensor<5xf32>, %offset: tensor<5xf32>, %mean: tensor<5xf32>, %variance: tensor<5xf32>) -> tensor<5xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 0 : i64}
     : (tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>) -> tensor<5xf32>
  return %0 : tensor<5xf32>
}

// -----

func.func @inference_rank_5_dynamic_batch(%x: tensor<?x3x2x2x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<?x3x2x2x3xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<?x3x2x2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x2x2x3xf32>
  return %0 : tensor<?x3x2x2x3xf32>
}

// -----

// Sizes that only one of the operands knows.
func.func @inference_static_features_of_dynamic_input(%x: tensor<?x?x2xf32>, %scale: tensor<4xf32>, %offset: tensor<?xf32>, %mean: tensor<4xf32>, %variance: tensor<?xf32>) -> tensor<?x?x2xf32> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<?x?x2xf32>, tensor<4xf32>, tensor<?xf32>, tensor<4xf32>, tensor<?xf32>) -> tensor<?x?x2xf32>
  return %0 : tensor<?x?x2xf32>
}

// -----

func.func @inference_f64(%x: tensor<2x3x4xf64>, %scale: tensor<3xf64>, %offset: tensor<3xf64>, %mean: tensor<3xf64>, %variance: tensor<3xf64>) -> tensor<2x3x4xf64> {
  %0 = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x3x4xf64>
  return %0 : tensor<2x3x4xf64>
}

// -----

func.func @normalize(%x: tensor<2x3x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %0 = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

func.func @scale_shift_wider_parameters(%x: tensor<2x3x4xf32>, %scale: tensor<3xf64>, %shift: tensor<3xf64>) -> tensor<2x3x4xf32> {
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<2x3x4xf32>, tensor<3xf64>, tensor<3xf64>) -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

func.func @update_running_both_conventions(%running: tensor<3xf32>, %statistic: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0 = bn.update_running %running, %statistic keep population {momentum = 9.0e-01 : f64, count = 8 : i64} : tensor<3xf32>
  %1 = bn.update_running %running, %statistic update sample {momentum = 1.0e-01 : f64, count = 8 : i64} : tensor<3xf32>
  %2 = bn.update_running %running, %statistic update sample {momentum = 1.0e-01 : f64, count = 1 : i64} : tensor<3xf32>
  %3 = bn.update_running %running, %statistic update sample {momentum = 1.0e-01 : f64, count = 0 : i64} : tensor<3xf32>
  return %0, %1, %2, %3 : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
}
