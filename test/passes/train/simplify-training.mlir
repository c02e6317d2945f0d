// What is known of training without its data: bn-simplify-training.
// RUN: bn-opt %s --bn-simplify-training | FileCheck %s

// CHECK-LABEL: func @training_without_elements
// CHECK-SAME: %[[X:.*]]: tensor<0x3xf32>
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK: return %[[X]], %[[ZEROS]], %[[ZEROS]]
func.func @training_without_elements(%x: tensor<0x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>)
    -> (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y, %mean, %variance : tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: func @gradient_without_elements
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<2x3x0xf32>
// CHECK: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK: return %[[X]], %[[ZEROS]], %[[ZEROS]]
func.func @gradient_without_elements(%x: tensor<2x3x0xf32>, %p: tensor<3xf32>, %dy: tensor<2x3x0xf32>)
    -> (tensor<2x3x0xf32>, tensor<3xf32>, tensor<3xf32>) {
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<2x3x0xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2x3x0xf32>)
      -> (tensor<2x3x0xf32>, tensor<3xf32>, tensor<3xf32>)
  return %dx, %dscale, %doffset : tensor<2x3x0xf32>, tensor<3xf32>, tensor<3xf32>
}

// CHECK-LABEL: func @running_of_no_elements
// CHECK-SAME: %[[RUNNING:[a-z0-9]*]]: tensor<3xf32>
// CHECK: return %[[RUNNING]]
func.func @running_of_no_elements(%running: tensor<3xf32>, %mean: tensor<3xf32>) -> tensor<3xf32> {
  %0 = bn.update_running %running, %mean keep population {momentum = 0.9 : f64, count = 0 : i64} : tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func @result_not_read
// CHECK-NOT: bn.training
// CHECK: %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.statistics
// CHECK: return %[[MEAN]], %[[VARIANCE]]
func.func @result_not_read(%x: tensor<8x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>)
    -> (tensor<3xf32>, tensor<3xf32>) {
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %mean, %variance : tensor<3xf32>, tensor<3xf32>
}

// The statistics of bn.statistics are in f32 at least.
// CHECK-LABEL: func @keeps_narrow_statistics
// CHECK-NOT: bn.statistics
// CHECK: %{{.*}}, %[[MEAN:.*]], %{{.*}} = bn.training
// CHECK-NOT: bn.statistics
// CHECK: return %[[MEAN]]
func.func @keeps_narrow_statistics(%x: tensor<8x3xf16>, %scale: tensor<3xf16>, %offset: tensor<3xf16>) -> tensor<3xf16> {
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<8x3xf16>, tensor<3xf16>, tensor<3xf16>) -> (tensor<8x3xf16>, tensor<3xf16>, tensor<3xf16>)
  return %mean : tensor<3xf16>
}

// CHECK-LABEL: func @keeps_with_elements
// CHECK: bn.training
func.func @keeps_with_elements(%x: tensor<1x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> tensor<1x3xf32> {
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<1x3xf32>
}

// CHECK-LABEL: func @rest_of_a_mean_is_read
// CHECK: %{{.*}}, %{{.*}}, %[[REST:.*]] = bn.statistics
// CHECK: return %[[REST]]
func.func @rest_of_a_mean_is_read(%x: tensor<8x3xf32>, %p: tensor<3xf32>) -> tensor<3xf32> {
  %y:4 = bn.training %x, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
      : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y#3 : tensor<3xf32>
}
