// Training batch norm and its gradient compute, lowered to linalg and run by mlir-runner, what the reference does.

// RUN: %run_linalg %s --tolerance=1e-6
// RUN: %run_linalg %s --tolerance=1e-5 --passes='convert-bn-to-linalg{statistics-bits=32}'

func.func @training_nchw(%x: tensor<4x3x5x5xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

func.func @training_nhwc_dynamic(%x: tensor<?x?x?x?xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>) -> (tensor<?x?x?x?xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 3 : i64}
     : (tensor<?x?x?x?xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<?x?x?x?xf32>, tensor<4xf32>, tensor<4xf32>)
  return %0#0, %0#1, %0#2 : tensor<?x?x?x?xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

// One value per feature: its variance is zero.
func.func @training_one_value(%x: tensor<1x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// The statistics of no elements are zero, as in the reference.
func.func @training_empty_batch(%x: tensor<0x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#1, %0#2 : tensor<3xf32>, tensor<3xf32>
}

// -----

func.func @statistics(%x: tensor<3x4x5xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>) {
  %0:2 = bn.statistics %x {featureIndex = 0 : i64} : (tensor<3x4x5xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %1:2 = bn.statistics %x {featureIndex = 2 : i64} : (tensor<3x4x5xf32>) -> (tensor<5xf32>, tensor<5xf32>)
  return %0#0, %0#1, %1#0, %1#1 : tensor<3xf32>, tensor<3xf32>, tensor<5xf32>, tensor<5xf32>
}

// -----

// The mean is the batch's, of which the operator takes what was given for a rounding.
func.func @gradient_nchw(%x: tensor<4x3x5x5xf32>, %scale: tensor<3xf32>, %dy: tensor<4x3x5x5xf32>) -> (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>) {
  %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<4x3x5x5xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %0:3 = bn.gradient %x, %scale, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3x5x5xf32>) -> (tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>)
  return %0#0, %0#1, %0#2 : tensor<4x3x5x5xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

func.func @gradient_of_training_nhwc_dynamic(%x: tensor<?x3x?xf32>, %scale: tensor<4xf32>, %offset: tensor<4xf32>, %dy: tensor<?x3x?xf32>) -> (tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0:3 = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 2 : i64}
     : (tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>)
  %1:3 = bn.gradient %x, %scale, %0#1, %0#2, %dy {epsilon = 1.0e-05 : f64, featureIndex = 2 : i64}
     : (tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<?x3x?xf32>) -> (tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>)
  return %1#0, %1#1, %1#2 : tensor<?x3x?xf32>, tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @gradient_in_parts(%x: tensor<4x3x5xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>, %dy: tensor<4x3x5xf32>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>) {
  %0:2 = bn.gradient_statistics %x, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %1 = bn.gradient_input %x, %scale, %mean, %variance, %dy, %0#0, %0#1 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3x5xf32>
  return %1, %0#0, %0#1 : tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// A mean and what rounding has taken from it, subtracted one after the other.
func.func @split_with_rest(%x: tensor<4x3x5xf32>, %p: tensor<3xf32>, %dy: tensor<4x3x5xf32>) -> (tensor<4x3x5xf32>, tensor<3xf32>, tensor<4x3x5xf32>) {
  %m, %v, %rest = bn.statistics %x {featureIndex = 1 : i64} : (tensor<4x3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
  %0 = bn.normalize %x, %p, %p, %m, %v rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3x5xf32>
  %ds, %do = bn.gradient_statistics %x, %m, %v, %dy rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3x5xf32>, tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
  %dx = bn.gradient_input %x, %p, %m, %v, %dy, %ds, %do rest %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3x5xf32>
  return %0, %ds, %dx : tensor<4x3x5xf32>, tensor<3xf32>, tensor<4x3x5xf32>
}
