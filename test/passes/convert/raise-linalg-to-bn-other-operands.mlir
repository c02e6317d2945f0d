// The formula of batch normalization in linalg, of operands that are no parameters per feature, stays as it is.

// RUN: bn-opt %s --raise-linalg-to-bn --split-input-file | FileCheck %s --implicit-check-not=bn.

#data = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
#second = affine_map<(d0, d1) -> (d1)>
// The sizes coincide.
// CHECK-LABEL: @no_raise_variance_along_another_dimension
// CHECK: linalg.generic
func.func @no_raise_variance_along_another_dimension(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #first, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_mean_of_each_element
// CHECK: linalg.generic
func.func @no_raise_mean_of_each_element(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3x3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #data, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3x3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_scale_of_each_element
// CHECK: linalg.generic
func.func @no_raise_scale_of_each_element(%x: tensor<3x3xf32>, %scale: tensor<3x3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #data, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
#turned = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: @no_raise_transposed_input
// CHECK: linalg.generic
func.func @no_raise_transposed_input(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#turned, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// What stands in the result before is no parameter.
// CHECK-LABEL: @no_raise_offset_of_initial_value
// CHECK: linalg.generic
func.func @no_raise_offset_of_initial_value(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %out : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// The mean is that of the input: training, which nothing may fold.
// CHECK-LABEL: @no_raise_batch_statistics
// CHECK: linalg.generic
func.func @no_raise_batch_statistics(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<3xf32>) -> tensor<3xf32>
  %mean = linalg.generic {indexing_maps = [#data, #second], iterator_types = ["reduction", "parallel"]} ins(%x : tensor<3x3xf32>) outs(%init : tensor<3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %third = arith.constant 0.333333343 : f32
    %0 = arith.mulf %in, %third : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
#second = affine_map<(d0, d1) -> (d1)>
// Statistics of each row.
// CHECK-LABEL: @no_raise_layer_norm
// CHECK: linalg.generic
func.func @no_raise_layer_norm(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<3xf32>) -> tensor<3xf32>
  %mean = linalg.generic {indexing_maps = [#data, #first], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<3x3xf32>) outs(%init : tensor<3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %third = arith.constant 0.333333343 : f32
    %0 = arith.mulf %in, %third : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #first, #first, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// As before, of something that the input is computed from.
// CHECK-LABEL: @no_raise_statistics_of_activation
// CHECK: linalg.generic
func.func @no_raise_statistics_of_activation(%z: tensor<3x3xf32>, %x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<3xf32>) -> tensor<3xf32>
  %mean = linalg.generic {indexing_maps = [#data, #second], iterator_types = ["reduction", "parallel"]} ins(%z : tensor<3x3xf32>) outs(%init : tensor<3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %third = arith.constant 0.333333343 : f32
    %0 = arith.mulf %in, %third : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_scale_shift_not_constant
// CHECK: linalg.generic
func.func @no_raise_scale_shift_not_constant(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.mulf %in, %s : f32
    %r = arith.addf %1, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
// Instance statistics that a batch of one leaves: a value per feature, from the input all the same.
// CHECK-LABEL: @no_raise_variance_from_input
// CHECK: linalg.generic
func.func @no_raise_variance_from_input(%x: tensor<1x3xf32>, %mean: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %variance = linalg.generic {indexing_maps = [#data, #data], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<1x3xf32>) outs(%x : tensor<1x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.mulf %in, %in : f32
    linalg.yield %1 : f32
  } -> tensor<1x3xf32>
  %y = linalg.generic {indexing_maps = [#data, #data, #data, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %variance : tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>) outs(%x : tensor<1x3xf32>) {
  ^bb0(%in: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %r = arith.mulf %3, %2 : f32
    linalg.yield %r : f32
  } -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// The loops are empty, and three features need three parameters.
// CHECK-LABEL: @no_raise_parameters_of_another_size
// CHECK: linalg.generic
func.func @no_raise_parameters_of_another_size(%x: tensor<?x3xf32>, %scale: tensor<0xf32>, %offset: tensor<0xf32>, %mean: tensor<0xf32>, %variance: tensor<0xf32>) -> tensor<?x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<?x3xf32>, tensor<0xf32>, tensor<0xf32>, tensor<0xf32>, tensor<0xf32>) outs(%x : tensor<?x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_scale_shift_of_another_size
// CHECK: linalg.generic
func.func @no_raise_scale_shift_of_another_size(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %scale = arith.constant dense<> : tensor<0xf32>
  %shift = arith.constant 0.5 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #data], iterator_types = ["parallel", "parallel"]} ins(%x, %scale : tensor<?x3xf32>, tensor<0xf32>) outs(%x : tensor<?x3xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %1 = arith.mulf %in, %s : f32
    %r = arith.addf %1, %shift : f32
    linalg.yield %r : f32
  } -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// The elements are vectors.
// CHECK-LABEL: @no_raise_vectors
// CHECK: linalg.generic
func.func @no_raise_vectors(%x: tensor<2x3xvector<2xf32>>, %mean: tensor<3xvector<2xf32>>, %variance: tensor<3xvector<2xf32>>, %offset: tensor<3xvector<2xf32>>, %init: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %epsilon = arith.constant dense<1.000000e-05> : vector<2xf32>
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %variance, %offset : tensor<2x3xvector<2xf32>>, tensor<3xvector<2xf32>>, tensor<3xvector<2xf32>>, tensor<3xvector<2xf32>>) outs(%init : tensor<2x3xf32>) {
  ^bb0(%in: vector<2xf32>, %m: vector<2xf32>, %v: vector<2xf32>, %o: vector<2xf32>, %out: f32):
    %1 = arith.addf %v, %epsilon : vector<2xf32>
    %2 = math.rsqrt %1 : vector<2xf32>
    %3 = arith.subf %in, %m : vector<2xf32>
    %4 = arith.mulf %3, %2 : vector<2xf32>
    %5 = arith.addf %4, %o : vector<2xf32>
    %r = builtin.unrealized_conversion_cast %5 : vector<2xf32> to f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
// A sum of whole tensors among the loops.
// CHECK-LABEL: @no_raise_sum_of_tensors
// CHECK: linalg.generic
func.func @no_raise_sum_of_tensors(%x: tensor<2x3xf32>, %t: tensor<4xf32>, %i: index) -> tensor<2x3xf32> {
  %y = linalg.generic {indexing_maps = [#data, #data], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<2x3xf32>) outs(%x : tensor<2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.addf %t, %t : tensor<4xf32>
    %2 = tensor.extract %1[%i] : tensor<4xf32>
    %r = arith.mulf %in, %2 : f32
    linalg.yield %r : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
