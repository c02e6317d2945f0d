// Training and its gradient become the two sweeps that they are.

// RUN: bn-opt %s --bn-split-training --split-input-file | FileCheck %s

// CHECK-LABEL: @split_training
func.func @split_training(%x: tensor<?x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> (tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.statistics %arg0 {featureIndex = 1 : i64}
  // CHECK: %[[Y:.*]] = bn.normalize %arg0, %arg1, %arg2, %[[MEAN]], %[[VARIANCE]] {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64}
  // CHECK-NEXT: return %[[Y]], %[[MEAN]], %[[VARIANCE]]
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y, %mean, %variance : tensor<?x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// CHECK-LABEL: @split_gradient
func.func @split_gradient(%x: tensor<2x4x3xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>, %dy: tensor<2x4x3xf32>)
    -> (tensor<2x4x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK: %[[DSCALE:.*]], %[[DOFFSET:.*]] = bn.gradient_statistics %arg0, %arg2, %arg3, %arg4 {epsilon = 1.000000e-05 : f64, featureIndex = 2 : i64}
  // CHECK: %[[DX:.*]] = bn.gradient_input %arg0, %arg1, %arg2, %arg3, %arg4, %[[DSCALE]], %[[DOFFSET]] {epsilon = 1.000000e-05 : f64, featureIndex = 2 : i64}
  // CHECK-NEXT: return %[[DX]], %[[DSCALE]], %[[DOFFSET]]
  %dx, %dscale, %doffset = bn.gradient %x, %scale, %mean, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 2 : i64}
     : (tensor<2x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x4x3xf32>) -> (tensor<2x4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %dx, %dscale, %doffset : tensor<2x4x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// Statistics of narrow data are f32 in both.
// CHECK-LABEL: @split_training_f16
func.func @split_training_f16(%x: tensor<2x3xf16>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> tensor<3xf32> {
  // CHECK: bn.statistics %arg0 {featureIndex = 1 : i64} : (tensor<2x3xf16>) -> (tensor<3xf32>, tensor<3xf32>)
  // CHECK-NOT: bn.training
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xf16>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf16>, tensor<3xf32>, tensor<3xf32>)
  return %mean : tensor<3xf32>
}

// -----

// What the model sees is rounded, what normalizes is not.
// CHECK-LABEL: @split_training_parameters_bf16
func.func @split_training_parameters_bf16(%x: tensor<2x3xbf16>, %scale: tensor<3xbf16>, %offset: tensor<3xbf16>) -> (tensor<2x3xbf16>, tensor<3xbf16>) {
  // CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.statistics %arg0 {featureIndex = 1 : i64} : (tensor<2x3xbf16>) -> (tensor<3xf32>, tensor<3xf32>)
  // CHECK: %[[Y:.*]] = bn.normalize %arg0, %arg1, %arg2, %[[MEAN]], %[[VARIANCE]]
  // CHECK: %[[ROUNDED:.*]] = nn.cast %[[MEAN]] : (tensor<3xf32>) -> tensor<3xbf16>
  // CHECK: return %[[Y]], %[[ROUNDED]]
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xbf16>, tensor<3xbf16>, tensor<3xbf16>) -> (tensor<2x3xbf16>, tensor<3xbf16>, tensor<3xbf16>)
  return %y, %mean : tensor<2x3xbf16>, tensor<3xbf16>
}

// -----

// CHECK-LABEL: @split_gradient_parameters_bf16
func.func @split_gradient_parameters_bf16(%x: tensor<2x3xbf16>, %scale: tensor<3xbf16>, %mean: tensor<3xbf16>, %dy: tensor<2x3xbf16>) -> (tensor<2x3xbf16>, tensor<3xbf16>) {
  // CHECK-DAG: %[[MEAN:.*]] = nn.cast %arg2 : (tensor<3xbf16>) -> tensor<3xf32>
  // CHECK: %[[DSCALE:.*]], %[[DOFFSET:.*]] = bn.gradient_statistics %arg0, %[[MEAN]], %{{.*}}, %arg3 {{.*}} -> (tensor<3xf32>, tensor<3xf32>)
  // CHECK: %[[DX:.*]] = bn.gradient_input %arg0, %arg1, %[[MEAN]], %{{.*}}, %arg3, %[[DSCALE]], %[[DOFFSET]]
  // CHECK: %[[ROUNDED:.*]] = nn.cast %[[DSCALE]] : (tensor<3xf32>) -> tensor<3xbf16>
  // CHECK: return %[[DX]], %[[ROUNDED]]
  %dx, %dscale, %doffset = bn.gradient %x, %scale, %mean, %mean, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x3xbf16>, tensor<3xbf16>, tensor<3xbf16>, tensor<3xbf16>, tensor<2x3xbf16>) -> (tensor<2x3xbf16>, tensor<3xbf16>, tensor<3xbf16>)
  return %dx, %dscale : tensor<2x3xbf16>, tensor<3xbf16>
}

// -----

// CHECK-LABEL: @split_training_with_rest
func.func @split_training_with_rest(%x: tensor<8x3xf32>, %p: tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>) {
  // CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]], %[[REST:.*]] = bn.statistics %arg0
  // CHECK: %[[Y:.*]] = bn.normalize %arg0, %arg1, %arg1, %[[MEAN]], %[[VARIANCE]] rest %[[REST]]
  // CHECK: return %[[Y]], %[[REST]]
  %y:4 = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y#0, %y#3 : tensor<8x3xf32>, tensor<3xf32>
}
