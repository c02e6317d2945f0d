// Other ways to write the root of a batch norm in linalg become bn.inference as well.

// RUN: bn-opt %s --raise-linalg-to-bn --split-input-file | FileCheck %s

#data = affine_map<(d0, d1) -> (d0, d1)>
#second = affine_map<(d0, d1) -> (d1)>
// The power of −½.
// CHECK-LABEL: @raise_power
// CHECK-SAME: (%[[INPUT:.*]]: tensor<3x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_power(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %exponent = arith.constant -5.000000e-01 : f64
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %e = arith.truncf %exponent : f64 to f32
    %2 = math.powf %1, %e : f32
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
// The power of ½ divides.
// CHECK-LABEL: @raise_power_quotient
// CHECK-SAME: (%[[INPUT:.*]]: tensor<3x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_power_quotient(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %half = arith.constant 5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.powf %1, %half : f32
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
// Times one over the root.
// CHECK-LABEL: @raise_quotient_of_root
// CHECK-SAME: (%[[INPUT:.*]]: tensor<3x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_quotient_of_root(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %one = arith.constant 1.000000e+00 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %0 = math.sqrt %1 : f32
    %2 = arith.divf %one, %0 : f32
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
// Ones among the divisors, too.
// CHECK-LABEL: @raise_quotient_in_divisor
// CHECK-SAME: (%[[INPUT:.*]]: tensor<3x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_quotient_in_divisor(%x: tensor<3x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<3x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %one = arith.constant 1.000000e+00 : f32
  %half = arith.constant 5.000000e-01 : f32
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %0 = math.powf %1, %half : f32
    %q = arith.divf %0, %one : f32
    %2 = arith.divf %one, %q : f32
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
// CHECK-LABEL: @raise_split_power
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK: bn.inference %[[INPUT]], %[[SCALE]], %{{.*}}, %[[MEAN]], %[[VARIANCE]] {epsilon = 1.250000e-01 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_split_power(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3xf32> {
  %epsilon = arith.constant dense<0.125> : tensor<3xf32>
  %exponent = arith.constant dense<-0.5> : tensor<3xf32>
  %vector = tensor.empty() : tensor<3xf32>
  %0 = linalg.add ins(%variance, %epsilon : tensor<3xf32>, tensor<3xf32>) outs(%vector : tensor<3xf32>) -> tensor<3xf32>
  %1 = linalg.powf ins(%0, %exponent : tensor<3xf32>, tensor<3xf32>) outs(%vector : tensor<3xf32>) -> tensor<3xf32>
  %y = linalg.generic {indexing_maps = [#data, #second, #second, #second, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %mean, %1 : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<2x3xf32>) {
  ^bb0(%in: f32, %s: f32, %m: f32, %f: f32, %out: f32):
    %2 = arith.subf %in, %m : f32
    %3 = arith.mulf %2, %f : f32
    %4 = arith.mulf %3, %s : f32
    linalg.yield %4 : f32
  } -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
