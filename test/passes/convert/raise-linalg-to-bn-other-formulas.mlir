// Formulas in linalg that differ from batch normalization in a step stay as they are.

// RUN: bn-opt %s --raise-linalg-to-bn --split-input-file | FileCheck %s --implicit-check-not=bn.

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_epsilon_outside_root
// CHECK: linalg.generic
func.func @no_raise_epsilon_outside_root(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = math.sqrt %v : f32
    %2 = arith.addf %1, %epsilon : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.divf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_epsilon_added_to_reciprocal_root
// CHECK: linalg.generic
func.func @no_raise_epsilon_added_to_reciprocal_root(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %0 = math.rsqrt %v : f32
    %2 = arith.addf %0, %epsilon : f32
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
// Epsilon varies with the feature, and no constant is among the terms.
// CHECK-LABEL: @no_raise_epsilon_not_constant
// CHECK: linalg.generic
func.func @no_raise_epsilon_not_constant(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %s : f32
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
// CHECK-LABEL: @no_raise_epsilon_negative
// CHECK: linalg.generic
func.func @no_raise_epsilon_negative(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant -1.000000e-05 : f32
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
// The difference has the other sign.
// CHECK-LABEL: @no_raise_mean_minus_input
// CHECK: linalg.generic
func.func @no_raise_mean_minus_input(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %m, %in : f32
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
// CHECK-LABEL: @no_raise_mean_added
// CHECK: linalg.generic
func.func @no_raise_mean_added(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.addf %in, %m : f32
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
// CHECK-LABEL: @no_raise_two_roots
// CHECK: linalg.generic
func.func @no_raise_two_roots(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %2 : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_root_of_product
// CHECK: linalg.generic
func.func @no_raise_root_of_product(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.mulf %v, %epsilon : f32
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
// CHECK-LABEL: @no_raise_reciprocal_of_scale
// CHECK: linalg.generic
func.func @no_raise_reciprocal_of_scale(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.divf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @no_raise_other_power
// CHECK: linalg.generic
func.func @no_raise_other_power(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant -4.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %1, %exponent : f32
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
// CHECK-LABEL: @no_raise_epsilon_added_to_power
// CHECK: linalg.generic
func.func @no_raise_epsilon_added_to_power(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant -5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = math.powf %v, %exponent : f32
    %2 = arith.addf %1, %epsilon : f32
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
// CHECK-LABEL: @no_raise_power_not_constant
// CHECK: linalg.generic
func.func @no_raise_power_not_constant(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %1, %s : f32
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
// Multiplied, not divided, by a deviation.
// CHECK-LABEL: @no_raise_product_with_root
// CHECK: linalg.generic
func.func @no_raise_product_with_root(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant 5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %1, %exponent : f32
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
// CHECK-LABEL: @no_raise_quotient_by_reciprocal_root
// CHECK: linalg.generic
func.func @no_raise_quotient_by_reciprocal_root(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant -5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %1, %exponent : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.divf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// The constant is the base.
// CHECK-LABEL: @no_raise_power_of_base
// CHECK: linalg.generic
func.func @no_raise_power_of_base(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant -5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %exponent, %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %3, %2 : f32
    %5 = arith.mulf %4, %s : f32
    %r = arith.addf %5, %o : f32
    linalg.yield %r : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}
