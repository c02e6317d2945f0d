// Batch normalization among TOSA operators, as torch-mlir and TensorFlow's importer write it, becomes bn.inference.

// RUN: bn-opt %s --raise-tosa-to-bn | FileCheck %s

// CHECK-LABEL: @raise_nchw_reshaped_parameters
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3x4x4xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: %[[RESULT:.*]] = bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return %[[RESULT]]
func.func @raise_nchw_reshaped_parameters(%x: tensor<2x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4x4xf32> {
  %shape = tosa.const_shape {values = dense<[1, 3, 1, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<1.000000e-05> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %s = tosa.reshape %scale, %shape : (tensor<3xf32>, !tosa.shape<4>) -> tensor<1x3x1x1xf32>
  %o = tosa.reshape %offset, %shape : (tensor<3xf32>, !tosa.shape<4>) -> tensor<1x3x1x1xf32>
  %m = tosa.reshape %mean, %shape : (tensor<3xf32>, !tosa.shape<4>) -> tensor<1x3x1x1xf32>
  %v = tosa.reshape %variance, %shape : (tensor<3xf32>, !tosa.shape<4>) -> tensor<1x3x1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3x4x4xf32>, tensor<1x3x1x1xf32>) -> tensor<2x3x4x4xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x3x1x1xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3x1x1xf32>) -> tensor<1x3x1x1xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3x4x4xf32>, tensor<1x3x1x1xf32>, tensor<1xi8>) -> tensor<2x3x4x4xf32>
  %4 = tosa.mul %3, %s, %zero : (tensor<2x3x4x4xf32>, tensor<1x3x1x1xf32>, tensor<1xi8>) -> tensor<2x3x4x4xf32>
  %5 = tosa.add %4, %o : (tensor<2x3x4x4xf32>, tensor<1x3x1x1xf32>) -> tensor<2x3x4x4xf32>
  return %5 : tensor<2x3x4x4xf32>
}

// Constants of the rank of the data become vectors, which fold.
// CHECK-LABEL: @raise_nhwc_constants
// CHECK-SAME: (%[[INPUT:.*]]: tensor<?x4x4x2xf32>)
// CHECK: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: %[[OFFSET:.*]] = arith.constant dense<[3.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: %[[MEAN:.*]] = arith.constant dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: %[[VARIANCE:.*]] = arith.constant dense<[7.000000e+00, 8.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 1.250000e-01 : f64, featureIndex = 3 : i64}
// CHECK-NEXT: return
func.func @raise_nhwc_constants(%x: tensor<?x4x4x2xf32>) -> tensor<?x4x4x2xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = "tosa.const"() <{values = dense<[[[[1.0, 2.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %o = "tosa.const"() <{values = dense<[[[[3.0, 4.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %m = "tosa.const"() <{values = dense<[[[[5.0, 6.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %v = "tosa.const"() <{values = dense<[[[[7.0, 8.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x1x1x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  %3 = tosa.mul %2, %s, %zero : (tensor<1x1x1x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x1x1x2xf32>
  %0 = tosa.sub %x, %m : (tensor<?x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<?x4x4x2xf32>
  %4 = tosa.mul %0, %3, %zero : (tensor<?x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<?x4x4x2xf32>
  %5 = tosa.add %4, %o : (tensor<?x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<?x4x4x2xf32>
  return %5 : tensor<?x4x4x2xf32>
}

// A resource is given the shape of a vector and not copied.
// CHECK-LABEL: @raise_resources
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense_resource<scale> : tensor<2xf32>
// CHECK: bn.inference %{{.*}}, %[[SCALE]], %{{.*}}, %{{.*}}, %{{.*}}
func.func @raise_resources(%x: tensor<1x2x4x4xf32>, %m: tensor<1x2x1x1xf32>, %v: tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = "tosa.const"() <{values = dense_resource<scale> : tensor<1x2x1x1xf32>}> : () -> tensor<1x2x1x1xf32>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1x1x1xf32>}> : () -> tensor<1x1x1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x2x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x1x1xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>, tensor<1xi8>) -> tensor<1x2x4x4xf32>
  %4 = tosa.mul %3, %s, %zero : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>, tensor<1xi8>) -> tensor<1x2x4x4xf32>
  return %4 : tensor<1x2x4x4xf32>
}

// Parameters that are computed elsewhere, in the rank of the data.
// CHECK-LABEL: @raise_parameters_not_constant
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[MEAN:.*]]: tensor<1x3xf32>, %[[VARIANCE:.*]]: tensor<1x3xf32>)
// CHECK-DAG: %[[M:.*]] = tensor.collapse_shape %[[MEAN]]
// CHECK-DAG: %[[V:.*]] = tensor.collapse_shape %[[VARIANCE]]
// CHECK: bn.inference %[[INPUT]], %{{.*}}, %{{.*}}, %[[M]], %[[V]] {epsilon = 1.250000e-01 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_parameters_not_constant(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// CHECK-LABEL: @raise_scale_shift
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf32>
// CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<5.000000e-01> : tensor<3xf32>
// CHECK: bn.scale_shift %{{.*}}, %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_scale_shift(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = "tosa.const"() <{values = dense<[[[[1.0]], [[2.0]], [[3.0]]]]> : tensor<1x3x1x1xf32>}> : () -> tensor<1x3x1x1xf32>
  %o = "tosa.const"() <{values = dense<0.5> : tensor<1x3x1x1xf32>}> : () -> tensor<1x3x1x1xf32>
  %0 = tosa.mul %x, %s, %zero : (tensor<1x3x4x4xf32>, tensor<1x3x1x1xf32>, tensor<1xi8>) -> tensor<1x3x4x4xf32>
  %1 = tosa.add %0, %o : (tensor<1x3x4x4xf32>, tensor<1x3x1x1xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: @no_raise_epsilon_outside_root
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_epsilon_outside_root(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %1 = tosa.rsqrt %v : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %2 = tosa.add %1, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// The mean goes along the rows, the variance along the columns.
// CHECK-LABEL: @no_raise_variance_along_another_dimension
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_variance_along_another_dimension(%x: tensor<3x3xf32>, %m: tensor<1x3xf32>, %v: tensor<3x1xf32>) -> tensor<3x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<3x3xf32>, tensor<1x3xf32>) -> tensor<3x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<3x1xf32>, tensor<1x1xf32>) -> tensor<3x1xf32>
  %2 = tosa.rsqrt %1 : (tensor<3x1xf32>) -> tensor<3x1xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<3x3xf32>, tensor<3x1xf32>, tensor<1xi8>) -> tensor<3x3xf32>
  return %3 : tensor<3x3xf32>
}

// Both vary with the sample as well.
// CHECK-LABEL: @no_raise_instance_statistics
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_instance_statistics(%x: tensor<2x3x4xf32>, %m: tensor<2x3x1xf32>, %v: tensor<2x3x1xf32>) -> tensor<2x3x4xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1x1xf32>}> : () -> tensor<1x1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32>
  %1 = tosa.add %v, %epsilon : (tensor<2x3x1xf32>, tensor<1x1x1xf32>) -> tensor<2x3x1xf32>
  %2 = tosa.rsqrt %1 : (tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3x4xf32>, tensor<2x3x1xf32>, tensor<1xi8>) -> tensor<2x3x4xf32>
  return %3 : tensor<2x3x4xf32>
}

// CHECK-LABEL: @no_raise_batch_statistics
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_batch_statistics(%x: tensor<2x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %half = "tosa.const"() <{values = dense<0.5> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %sum = tosa.reduce_sum %x {axis = 0 : i32} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %m = tosa.mul %sum, %half, %zero : (tensor<1x3xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x3xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// Integers are quantized, and their product is shifted.
// CHECK-LABEL: @no_raise_integers
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_integers(%x: tensor<1x3xi32>, %s: tensor<1x3xi32>) -> tensor<1x3xi32> {
  %shift = "tosa.const"() <{values = dense<2> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.mul %x, %s, %shift : (tensor<1x3xi32>, tensor<1x3xi32>, tensor<1xi8>) -> tensor<1x3xi32>
  %1 = tosa.add %0, %s : (tensor<1x3xi32>, tensor<1x3xi32>) -> tensor<1x3xi32>
  return %1 : tensor<1x3xi32>
}

// What has no rank says not which dimension it goes along.
// CHECK-LABEL: @no_raise_unranked_reshape
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_unranked_reshape(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %shape = tosa.const_shape {values = dense<[1, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %mu = tosa.reshape %m, %shape : (tensor<3xf32>, !tosa.shape<2>) -> tensor<*xf32>
  %0 = tosa.sub %x, %mu : (tensor<2x3xf32>, tensor<*xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// Of another rank than the whole.
// CHECK-LABEL: @no_raise_unranked_identity
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_unranked_identity(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %mu = tosa.identity %m : (tensor<3xf32>) -> tensor<*xf32>
  %0 = tosa.sub %x, %mu : (tensor<2x3xf32>, tensor<*xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_unranked_cast
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_unranked_cast(%x: tensor<2x3xf32>, %m: tensor<3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %half = tosa.cast %m : (tensor<3xf32>) -> tensor<3xf16>
  %mu = tosa.cast %half : (tensor<3xf16>) -> tensor<*xf32>
  %0 = tosa.sub %x, %mu : (tensor<2x3xf32>, tensor<*xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_unranked_root
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_unranked_root(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.rsqrt %1 : (tensor<1x3xf32>) -> tensor<*xf32>
  %3 = tosa.mul %0, %2, %zero : (tensor<2x3xf32>, tensor<*xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_unranked_scale_shift
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_unranked_scale_shift(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %shape = tosa.const_shape {values = dense<[1, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %vector = "tosa.const"() <{values = dense<[2.0, 3.0, 4.0]> : tensor<3xf32>}> : () -> tensor<3xf32>
  %scale = tosa.reshape %vector, %shape : (tensor<3xf32>, !tosa.shape<2>) -> tensor<*xf32>
  %shift = tosa.identity %vector : (tensor<3xf32>) -> tensor<*xf32>
  %0 = tosa.mul %x, %scale, %zero : (tensor<2x3xf32>, tensor<*xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  %1 = tosa.add %0, %shift : (tensor<2x3xf32>, tensor<*xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      scale: "0x040000000000803F00000040"
    }
  }
#-}
