// Batch normalization as torch-mlir, IREE and conversions from StableHLO write it in linalg becomes bn.inference.

// RUN: bn-opt %s --raise-linalg-to-bn --split-input-file | FileCheck %s

// As torch-mlir writes it: one generic, epsilon rounded inside, the input as init.

#data = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#feature = affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-LABEL: @raise_torch_mlir_nchw
// CHECK-SAME: (%[[INPUT:.*]]: tensor<?x3x?x?xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: %[[RESULT:.*]] = bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 1.000000e-05 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return %[[RESULT]]
func.func @raise_torch_mlir_nchw(%x: tensor<?x3x?x?xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<?x3x?x?xf32> {
  %epsilon = arith.constant 1.000000e-05 : f64
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<?x3x?x?xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<?x3x?x?xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.truncf %epsilon : f64 to f32
    %2 = arith.addf %v, %1 : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.subf %in, %m : f32
    %5 = arith.mulf %4, %3 : f32
    %6 = arith.mulf %5, %s : f32
    %7 = arith.addf %6, %o : f32
    linalg.yield %7 : f32
  } -> tensor<?x3x?x?xf32>
  return %0 : tensor<?x3x?x?xf32>
}

// -----

// Channels last, √ and a quotient, terms and factors the other way round.

#data = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#feature = affine_map<(d0, d1, d2, d3) -> (d3)>
// CHECK-LABEL: @raise_nhwc_quotient
// CHECK-SAME: (%[[INPUT:.*]]: tensor<1x4x4x3xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 1.000000e-03 : f64, featureIndex = 3 : i64}
// CHECK-NEXT: return
func.func @raise_nhwc_quotient(%x: tensor<1x4x4x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<1x4x4x3xf32> {
  %wide = arith.constant 1.000000e-03 : f64
  %epsilon = arith.truncf %wide : f64 to f32
  %empty = tensor.empty() : tensor<1x4x4x3xf32>
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %mean, %variance, %scale, %offset : tensor<1x4x4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%empty : tensor<1x4x4x3xf32>) {
  ^bb0(%in: f32, %m: f32, %v: f32, %s: f32, %o: f32, %out: f32):
    %1 = arith.addf %epsilon, %v : f32
    %2 = math.sqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %s, %3 : f32
    %5 = arith.divf %4, %2 : f32
    %6 = arith.addf %o, %5 : f32
    linalg.yield %6 : f32
  } -> tensor<1x4x4x3xf32>
  return %0 : tensor<1x4x4x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#feature = affine_map<(d0, d1) -> (d1)>
// Without scale and offset, of rank 2; epsilon is the f32 that stands there.
// CHECK-LABEL: @raise_rank_2_not_affine
// CHECK-SAME: (%[[INPUT:.*]]: tensor<?x3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<1.000000e+00> : tensor<3xf32>
// CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_rank_2_not_affine(%x: tensor<?x3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<?x3xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %mean, %variance : tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<?x3xf32>) {
  ^bb0(%in: f32, %m: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.subf %in, %m : f32
    %4 = arith.mulf %2, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// -----

// Data of 16 bits with parameters of 32: the conversions go.

#data = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#feature = affine_map<(d0, d1, d2) -> (d1)>
// CHECK-LABEL: @raise_f16_data_f32_parameters
// CHECK-NEXT: bn.inference {{.*}} : (tensor<2x3x4xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x4xf16>
// CHECK-NEXT: return
func.func @raise_f16_data_f32_parameters(%x: tensor<2x3x4xf16>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4xf16> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<2x3x4xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<2x3x4xf16>) {
  ^bb0(%in: f16, %s: f32, %o: f32, %m: f32, %v: f32, %out: f16):
    %wide = arith.extf %in : f16 to f32
    %2 = arith.addf %v, %epsilon : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.subf %wide, %m : f32
    %5 = arith.mulf %4, %3 : f32
    %6 = arith.mulf %5, %s : f32
    %7 = arith.addf %6, %o : f32
    %8 = arith.truncf %7 : f32 to f16
    linalg.yield %8 : f16
  } -> tensor<2x3x4xf16>
  return %0 : tensor<2x3x4xf16>
}

// -----

// As StableHLO's decomposition arrives: broadcasts, and an operator per operation.

#data = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#feature = affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-LABEL: @raise_split_with_broadcasts
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3x4x4xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<3xf32>, %[[VARIANCE:.*]]: tensor<3xf32>)
// CHECK-NEXT: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[MEAN]], %[[VARIANCE]] {epsilon = 0.0010000000474974513 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_split_with_broadcasts(%x: tensor<2x3x4x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4x4xf32> {
  %cst = arith.constant dense<1.000000e-03> : tensor<3xf32>
  %vector = tensor.empty() : tensor<3xf32>
  %empty = tensor.empty() : tensor<2x3x4x4xf32>
  %0 = linalg.add ins(%variance, %cst : tensor<3xf32>, tensor<3xf32>) outs(%vector : tensor<3xf32>) -> tensor<3xf32>
  %1 = linalg.sqrt ins(%0 : tensor<3xf32>) outs(%vector : tensor<3xf32>) -> tensor<3xf32>
  %bm = linalg.broadcast ins(%mean : tensor<3xf32>) outs(%empty : tensor<2x3x4x4xf32>) dimensions = [0, 2, 3]
  %bd = linalg.broadcast ins(%1 : tensor<3xf32>) outs(%empty : tensor<2x3x4x4xf32>) dimensions = [0, 2, 3]
  %bs = linalg.generic {indexing_maps = [#feature, #data], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%scale : tensor<3xf32>) outs(%empty : tensor<2x3x4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<2x3x4x4xf32>
  %bo = linalg.broadcast ins(%offset : tensor<3xf32>) outs(%empty : tensor<2x3x4x4xf32>) dimensions = [0, 2, 3]
  %2 = linalg.sub ins(%x, %bm : tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) outs(%empty : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %3 = linalg.mul ins(%2, %bs : tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) outs(%empty : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %4 = linalg.div ins(%3, %bd : tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) outs(%empty : tensor<2x3x4x4xf32>) -> tensor<2x3x4x4xf32>
  %5 = linalg.map { arith.addf } ins(%4, %bo : tensor<2x3x4x4xf32>, tensor<2x3x4x4xf32>) outs(%empty : tensor<2x3x4x4xf32>)
  return %5 : tensor<2x3x4x4xf32>
}

// -----

// The affine form that XLA and TensorFlow write, over parameters of the data's rank.

#data = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#short = affine_map<(d0, d1, d2) -> (0, d1, 0)>
// CHECK-LABEL: @raise_affine_form
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3x4xf32>, %[[SCALE:.*]]: tensor<3xf32>, %[[OFFSET:.*]]: tensor<3xf32>, %[[MEAN:.*]]: tensor<1x3x1xf32>)
// CHECK-DAG: %[[VARIANCE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf32>
// CHECK-DAG: %[[VECTOR:.*]] = tensor.collapse_shape %[[MEAN]] {{\[\[}}0, 1, 2]]
// CHECK: bn.inference %[[INPUT]], %[[SCALE]], %[[OFFSET]], %[[VECTOR]], %[[VARIANCE]] {epsilon = 0.0010000000474974513 : f64, featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_affine_form(%x: tensor<2x3x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<1x3x1xf32>) -> tensor<2x3x4xf32> {
  %variance = arith.constant dense<[[[1.0], [2.0], [3.0]]]> : tensor<1x3x1xf32>
  %epsilon = arith.constant 1.000000e-03 : f32
  %s = tensor.expand_shape %scale [[0, 1, 2]] output_shape [1, 3, 1] : tensor<3xf32> into tensor<1x3x1xf32>
  %o = tensor.expand_shape %offset [[0, 1, 2]] output_shape [1, 3, 1] : tensor<3xf32> into tensor<1x3x1xf32>
  %small = tensor.empty() : tensor<1x3x1xf32>
  %factor = linalg.generic {indexing_maps = [#data, #data, #data], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%variance, %s : tensor<1x3x1xf32>, tensor<1x3x1xf32>) outs(%small : tensor<1x3x1xf32>) {
  ^bb0(%v: f32, %g: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.mulf %2, %g : f32
    linalg.yield %3 : f32
  } -> tensor<1x3x1xf32>
  %0 = linalg.generic {indexing_maps = [#data, #short, #short, #short, #data], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %factor, %mean, %o : tensor<2x3x4xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>, tensor<1x3x1xf32>) outs(%x : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %f: f32, %m: f32, %b: f32, %out: f32):
    %1 = arith.mulf %in, %f : f32
    %2 = arith.mulf %m, %f : f32
    %3 = arith.subf %b, %2 : f32
    %4 = arith.addf %1, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

// Another user of a part keeps it.

#data = affine_map<(d0, d1) -> (d0, d1)>
#feature = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @raise_part_with_another_user
// CHECK: %[[CENTERED:.*]] = linalg.generic
// CHECK: %[[RESULT:.*]] = bn.inference
// CHECK-NEXT: return %[[RESULT]], %[[CENTERED]]
func.func @raise_part_with_another_user(%x: tensor<2x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %epsilon = arith.constant 1.000000e-05 : f32
  %centered = linalg.generic {indexing_maps = [#data, #feature, #data], iterator_types = ["parallel", "parallel"]} ins(%x, %mean : tensor<2x3xf32>, tensor<3xf32>) outs(%x : tensor<2x3xf32>) {
  ^bb0(%in: f32, %m: f32, %out: f32):
    %1 = arith.subf %in, %m : f32
    linalg.yield %1 : f32
  } -> tensor<2x3xf32>
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel"]}
      ins(%centered, %scale, %offset, %variance : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<2x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %v: f32, %out: f32):
    %1 = arith.addf %v, %epsilon : f32
    %2 = math.rsqrt %1 : f32
    %3 = arith.mulf %2, %s : f32
    %4 = arith.mulf %in, %3 : f32
    %5 = arith.addf %4, %o : f32
    linalg.yield %5 : f32
  } -> tensor<2x3xf32>
  return %0, %centered : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

#data = affine_map<(d0, d1) -> (d0, d1)>
#feature = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @raise_scale_shift
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3xf32>)
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]>
// CHECK-DAG: %[[SHIFT:.*]] = arith.constant dense<5.000000e-01>
// CHECK: bn.scale_shift %[[INPUT]], %[[SCALE]], %[[SHIFT]] {featureIndex = 1 : i64}
// CHECK-NEXT: return
func.func @raise_scale_shift(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %scale = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %shift = arith.constant 0.5 : f32
  %0 = linalg.generic {indexing_maps = [#data, #feature, #data], iterator_types = ["parallel", "parallel"]} ins(%x, %scale : tensor<2x3xf32>, tensor<3xf32>) outs(%x : tensor<2x3xf32>) {
  ^bb0(%in: f32, %s: f32, %out: f32):
    %1 = arith.mulf %in, %s : f32
    %2 = arith.addf %1, %shift : f32
    linalg.yield %2 : f32
  } -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// As a fusion leaves it: an activation in the same loops, which stays. Epsilon goes.

#data = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#feature = affine_map<(d0, d1, d2) -> (d1)>
// CHECK-LABEL: @raise_fused_with_relu
// CHECK-SAME: (%[[INPUT:.*]]: tensor<2x3x4xf32>,
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: %[[NORM:.*]] = bn.inference %[[INPUT]],
// CHECK-NEXT: %[[RESULT:.*]] = linalg.generic {{.*}} ins(%[[NORM]] : tensor<2x3x4xf32>) outs(%{{.*}} : tensor<2x3x4xf32>) {
// CHECK-NEXT: ^bb0(%[[ELEMENT:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: %[[RELU:.*]] = arith.maximumf %[[ELEMENT]], %[[ZERO]]
// CHECK-NEXT: linalg.yield %[[RELU]]
// CHECK-NEXT: }
// CHECK-NEXT: return %[[RESULT]]
func.func @raise_fused_with_relu(%x: tensor<2x3x4xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>, %mean: tensor<3xf32>, %variance: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x4xf32>
  %0 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%empty : tensor<2x3x4xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %2 = arith.addf %v, %epsilon : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.subf %in, %m : f32
    %5 = arith.mulf %4, %3 : f32
    %6 = arith.mulf %5, %s : f32
    %7 = arith.addf %6, %o : f32
    %8 = arith.maximumf %7, %zero : f32
    linalg.yield %8 : f32
  } -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}

// -----

// Two of them, added up and activated: the end of a residual block. The loops are transposed.

#data = affine_map<(d0, d1, d2) -> (d2, d0, d1)>
#feature = affine_map<(d0, d1, d2) -> (d0)>
// CHECK-LABEL: @raise_two_fused_with_add
// CHECK-SAME: (%[[X:.*]]: tensor<2x3x4xf32>, %[[Y:.*]]: tensor<2x3x4xf32>,
// CHECK-NEXT: arith.constant 0.000000e+00
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: bn.inference %[[Y]], {{.*}} featureIndex = 1
// CHECK-NEXT: bn.inference %[[X]], {{.*}} featureIndex = 1
// CHECK-NEXT: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.addf
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: linalg.yield
// CHECK-NEXT: }
// CHECK-NEXT: return
func.func @raise_two_fused_with_add(%x: tensor<2x3x4xf32>, %y: tensor<2x3x4xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x4xf32>
  %0 = linalg.generic {indexing_maps = [#data, #data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %y, %s, %o, %m, %v : tensor<2x3x4xf32>, tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%empty : tensor<2x3x4xf32>) {
  ^bb0(%a: f32, %b: f32, %scale: f32, %offset: f32, %mean: f32, %variance: f32, %out: f32):
    %2 = arith.addf %variance, %epsilon : f32
    %3 = math.rsqrt %2 : f32
    %4 = arith.subf %a, %mean : f32
    %5 = arith.mulf %4, %3 : f32
    %6 = arith.mulf %5, %scale : f32
    %7 = arith.addf %6, %offset : f32
    %8 = arith.subf %b, %mean : f32
    %9 = arith.mulf %8, %3 : f32
    %10 = arith.mulf %9, %scale : f32
    %11 = arith.addf %10, %offset : f32
    %12 = arith.addf %7, %11 : f32
    %13 = arith.maximumf %12, %zero : f32
    linalg.yield %13 : f32
  } -> tensor<2x3x4xf32>
  return %0 : tensor<2x3x4xf32>
}
