// Names that no normalization has.

// RUN: not bn-opt %s --bn-fold=keep=norm_1 2>&1 | FileCheck %s --check-prefix=NEAR
// NEAR: error: no normalization is called 'norm_1'; did you mean 'norm1' or 'norm2'?
// RUN: not bn-opt %s --bn-fold=keep=something 2>&1 | FileCheck %s --check-prefix=FAR
// FAR: error: no normalization is called 'something'; '--stop-after=fold --summary' lists them
// RUN: not bn-opt %s --bn-fold=keep=conv 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error: {{.*}}node 'conv' is to be kept, but is 'nn.conv', not a normalization

func.func @model(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32> loc("conv")
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32> loc("conv")
  %1 = bn.inference %0, %one, %one, %one, %one {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("norm1")
  %2 = bn.inference %1, %one, %one, %one, %one {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("norm2")
  return %2 : tensor<1x1x4xf32>
}
