// The roots that TOSA has no operator for become part of bn.inference, and what resembles them does not.

// RUN: bn-opt %s --raise-tosa-to-bn | FileCheck %s

// CHECK-LABEL: @raise_power
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[MEAN:.*]]: tensor<1x3xf32>, %[[VARIANCE:.*]]: tensor<1x3xf32>)
// CHECK-DAG: %[[M:.*]] = tensor.collapse_shape %[[MEAN]]
// CHECK-DAG: %[[V:.*]] = tensor.collapse_shape %[[VARIANCE]]
// CHECK: bn.inference %[[INPUT]], %{{.*}}, %{{.*}}, %[[M]], %[[V]] {epsilon = 1.250000e-01 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_power(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %exponent = "tosa.const"() <{values = dense<-0.5> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.pow %1, %exponent : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: @raise_reciprocal_of_power
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[MEAN:.*]]: tensor<1x3xf32>, %[[VARIANCE:.*]]: tensor<1x3xf32>)
// CHECK-DAG: %[[M:.*]] = tensor.collapse_shape %[[MEAN]]
// CHECK-DAG: %[[V:.*]] = tensor.collapse_shape %[[VARIANCE]]
// CHECK: bn.inference %[[INPUT]], %{{.*}}, %{{.*}}, %[[M]], %[[V]] {epsilon = 1.250000e-01 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_reciprocal_of_power(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %exponent = "tosa.const"() <{values = dense<0.5> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %1 = tosa.pow %0, %exponent : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.reciprocal %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// √ as the reciprocal of rsqrt, and a quotient as a product with a reciprocal.
// CHECK-LABEL: @raise_reciprocal_of_root
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[MEAN:.*]]: tensor<1x3xf32>, %[[VARIANCE:.*]]: tensor<1x3xf32>)
// CHECK-DAG: %[[M:.*]] = tensor.collapse_shape %[[MEAN]]
// CHECK-DAG: %[[V:.*]] = tensor.collapse_shape %[[VARIANCE]]
// CHECK: bn.inference %[[INPUT]], %{{.*}}, %{{.*}}, %[[M]], %[[V]] {epsilon = 1.250000e-01 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_reciprocal_of_root(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %r = tosa.rsqrt %0 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %1 = tosa.reciprocal %r : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %2 = tosa.reciprocal %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_other_power
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_other_power(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %exponent = "tosa.const"() <{values = dense<-0.4> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.pow %1, %exponent : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_epsilon_added_to_power
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_epsilon_added_to_power(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %exponent = "tosa.const"() <{values = dense<-0.5> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %1 = tosa.pow %v, %exponent : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.add %1, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// CHECK-LABEL: @no_raise_epsilon_added_to_root
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_epsilon_added_to_root(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %exponent = "tosa.const"() <{values = dense<0.5> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.pow %v, %exponent : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %1 = tosa.add %0, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.reciprocal %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// The reciprocal of rsqrt multiplies.
// CHECK-LABEL: @no_raise_product_with_root
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_product_with_root(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %0 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %1 = tosa.rsqrt %0 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %2 = tosa.reciprocal %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// No root at all.
// CHECK-LABEL: @no_raise_reciprocal_of_variance
// CHECK-NOT: bn.
// CHECK: return
func.func @no_raise_reciprocal_of_variance(%x: tensor<2x3xf32>, %m: tensor<1x3xf32>, %v: tensor<1x3xf32>) -> tensor<2x3xf32> {
  %zero = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %epsilon = "tosa.const"() <{values = dense<0.125> : tensor<1x1xf32>}> : () -> tensor<1x1xf32>
  %1 = tosa.add %v, %epsilon : (tensor<1x3xf32>, tensor<1x1xf32>) -> tensor<1x3xf32>
  %2 = tosa.reciprocal %1 : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %3 = tosa.sub %x, %m : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %4 = tosa.mul %3, %2, %zero : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<1xi8>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}
