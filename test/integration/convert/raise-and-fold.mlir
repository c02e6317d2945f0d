// Batch norms in linalg, raised, folded and lowered again, compute what they computed; none is left beside a convolution.

// RUN: %run_linalg %s --tolerance=2e-6 --reference-passes=canonicalize \
// RUN:   --passes='raise-linalg-to-bn,bn-fold,convert-bn-to-linalg'
// RUN: %run_linalg %s --tolerance=1e-6 --reference-passes=canonicalize --passes='raise-linalg-to-bn,convert-bn-to-linalg'
// RUN: %run_linalg %s --tolerance=2e-6 --reference-passes=canonicalize \
// RUN:   --passes='func.func(linalg-generalize-named-ops,linalg-fuse-elementwise-ops),raise-linalg-to-bn,bn-fold,convert-bn-to-linalg'
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --split-input-file \
// RUN:   --pass-pipeline='builtin.module(func.func(linalg-generalize-named-ops,linalg-fuse-elementwise-ops),raise-linalg-to-bn,bn-fold,canonicalize)' \
// RUN:   | FileCheck %s --check-prefix=FUSED --implicit-check-not=bn.inference --implicit-check-not=rsqrt
// RUN: mlir-opt %s --load-dialect-plugin=%bnopt_plugin --load-pass-plugin=%bnopt_plugin --split-input-file \
// RUN:   --pass-pipeline='builtin.module(raise-linalg-to-bn,bn-fold,canonicalize)' | FileCheck %s

#data = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#feature = affine_map<(d0, d1, d2, d3) -> (d1)>
// CHECK-LABEL: @fold_conv_2d_nchw
// CHECK: %[[BIAS:.*]] = linalg.broadcast
// CHECK-NEXT: %[[CONV:.*]] = linalg.conv_2d_nchw_fchw ins(%{{.*}}, %{{.*}} : {{.*}}) outs(%[[BIAS]]
// CHECK-NEXT: return %[[CONV]]
func.func @fold_conv_2d_nchw(%x: tensor<?x2x5x5xf32>) -> tensor<?x3x3x3xf32> {
  %w = arith.constant dense<[[[[1.0, -2.0, 0.5], [0.25, 3.0, 1.0], [-1.0, 0.5, 2.0]], [[1.5, 1.0, -0.5], [0.25, -3.0, 1.0], [1.0, 0.5, 2.0]]], [[[-1.0, 2.0, 0.5], [0.25, 3.0, -1.0], [-1.0, 0.5, 2.0]], [[1.0, -2.0, 0.5], [0.75, 3.0, 1.0], [-1.0, 1.5, 2.0]]], [[[1.0, 2.0, 0.5], [0.25, -3.0, 1.0], [1.0, 0.5, 2.0]], [[1.0, -2.0, 0.5], [0.25, 3.0, 1.0], [-1.0, 2.5, 2.0]]]]> : tensor<3x2x3x3xf32>
  %scale = arith.constant dense<[1.5, -0.75, 0.0]> : tensor<3xf32>
  %offset = arith.constant dense<[0.5, 1.0, -1.0]> : tensor<3xf32>
  %mean = arith.constant dense<[0.1, -2.0, 3.0]> : tensor<3xf32>
  %variance = arith.constant dense<[0.7, 2.5, 1.0]> : tensor<3xf32>
  %epsilon = arith.constant 1.000000e-05 : f64
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x2x5x5xf32>
  %empty = tensor.empty(%n) : tensor<?x3x3x3xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x3x3x3xf32>) -> tensor<?x3x3x3xf32>
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<?x2x5x5xf32>, tensor<3x2x3x3xf32>) outs(%init : tensor<?x3x3x3xf32>) -> tensor<?x3x3x3xf32>
  %1 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %scale, %offset, %mean, %variance : tensor<?x3x3x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%0 : tensor<?x3x3x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %2 = arith.truncf %epsilon : f64 to f32
    %3 = arith.addf %v, %2 : f32
    %4 = math.rsqrt %3 : f32
    %5 = arith.subf %in, %m : f32
    %6 = arith.mulf %5, %4 : f32
    %7 = arith.mulf %6, %s : f32
    %8 = arith.addf %7, %o : f32
    linalg.yield %8 : f32
  } -> tensor<?x3x3x3xf32>
  return %1 : tensor<?x3x3x3xf32>
}

// -----

// Channels last, an operator per operation, and a relu below.

// FUSED-LABEL: @fold_conv_2d_nhwc_split
// FUSED: arith.mulf
// FUSED-NEXT: arith.addf
// FUSED-NEXT: linalg.yield
// FUSED-NEXT: }
// FUSED-NEXT: linalg.generic
// FUSED-NEXT: ^bb0
// FUSED-NEXT: arith.maximumf
// FUSED-NEXT: linalg.yield
// FUSED-NEXT: }
// FUSED-NEXT: return
// CHECK-LABEL: @fold_conv_2d_nhwc_split
// CHECK-NOT: linalg.sub
// CHECK: linalg.conv_2d_nhwc_hwcf
// CHECK-NEXT: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: linalg.yield
// CHECK-NEXT: }
// CHECK-NEXT: return
func.func @fold_conv_2d_nhwc_split(%x: tensor<2x4x4x2xf32>) -> tensor<2x3x3x2xf32> {
  %w = arith.constant dense<[[[[1.0, 2.0], [-1.0, 0.5]], [[0.25, 1.0], [1.0, -2.0]]], [[[0.5, -1.0], [3.0, 1.0]], [[1.0, 0.5], [-0.5, 2.0]]]]> : tensor<2x2x2x2xf32>
  %scale = arith.constant dense<[1.5, -0.75]> : tensor<2xf32>
  %offset = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.1, -2.0]> : tensor<2xf32>
  %variance = arith.constant dense<[0.7, 2.5]> : tensor<2xf32>
  %epsilon = arith.constant dense<1.000000e-03> : tensor<2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x3x3x2xf32>
  %vector = tensor.empty() : tensor<2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %0 = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<2x4x4x2xf32>, tensor<2x2x2x2xf32>) outs(%init : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %sum = linalg.add ins(%variance, %epsilon : tensor<2xf32>, tensor<2xf32>) outs(%vector : tensor<2xf32>) -> tensor<2xf32>
  %inverse = linalg.rsqrt ins(%sum : tensor<2xf32>) outs(%vector : tensor<2xf32>) -> tensor<2xf32>
  %factor = linalg.mul ins(%inverse, %scale : tensor<2xf32>, tensor<2xf32>) outs(%vector : tensor<2xf32>) -> tensor<2xf32>
  %bm = linalg.broadcast ins(%mean : tensor<2xf32>) outs(%empty : tensor<2x3x3x2xf32>) dimensions = [0, 1, 2]
  %bf = linalg.broadcast ins(%factor : tensor<2xf32>) outs(%empty : tensor<2x3x3x2xf32>) dimensions = [0, 1, 2]
  %bo = linalg.broadcast ins(%offset : tensor<2xf32>) outs(%empty : tensor<2x3x3x2xf32>) dimensions = [0, 1, 2]
  %1 = linalg.sub ins(%0, %bm : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%empty : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %2 = linalg.mul ins(%1, %bf : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%empty : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %3 = linalg.add ins(%2, %bo : tensor<2x3x3x2xf32>, tensor<2x3x3x2xf32>) outs(%empty : tensor<2x3x3x2xf32>) -> tensor<2x3x3x2xf32>
  %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%3 : tensor<2x3x3x2xf32>) outs(%empty : tensor<2x3x3x2xf32>) {
  ^bb0(%in: f32, %out: f32):
    %5 = arith.maximumf %in, %zero : f32
    linalg.yield %5 : f32
  } -> tensor<2x3x3x2xf32>
  return %4 : tensor<2x3x3x2xf32>
}

// -----

// A convolution in three dimensions folds like any other.

#data = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#feature = affine_map<(d0, d1, d2, d3, d4) -> (d1)>
// CHECK-LABEL: @fold_conv_3d
// CHECK: %[[CONV:.*]] = linalg.conv_3d_ncdhw_fcdhw
// CHECK-NEXT: return %[[CONV]]
func.func @fold_conv_3d(%x: tensor<1x1x3x3x3xf32>) -> tensor<1x2x2x2x2xf32> {
  %w = arith.constant dense<[[[[[1.0, 2.0], [0.5, -1.0]], [[1.0, 0.25], [2.0, 1.0]]]], [[[[-1.0, 2.0], [1.5, -1.0]], [[1.0, 0.75], [2.0, -1.0]]]]]> : tensor<2x1x2x2x2xf32>
  %scale = arith.constant dense<[1.5, -0.75]> : tensor<2xf32>
  %offset = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.1, -2.0]> : tensor<2xf32>
  %variance = arith.constant dense<[0.7, 2.5]> : tensor<2xf32>
  %epsilon = arith.constant 1.000000e-05 : f32
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<1x2x2x2x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x2x2x2x2xf32>) -> tensor<1x2x2x2x2xf32>
  %0 = linalg.conv_3d_ncdhw_fcdhw ins(%x, %w : tensor<1x1x3x3x3xf32>, tensor<2x1x2x2x2xf32>) outs(%init : tensor<1x2x2x2x2xf32>) -> tensor<1x2x2x2x2xf32>
  %1 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%0, %scale, %offset, %mean, %variance : tensor<1x2x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%0 : tensor<1x2x2x2x2xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %3 = arith.addf %v, %epsilon : f32
    %4 = math.rsqrt %3 : f32
    %5 = arith.subf %in, %m : f32
    %6 = arith.mulf %5, %4 : f32
    %7 = arith.mulf %6, %s : f32
    %8 = arith.addf %7, %o : f32
    linalg.yield %8 : f32
  } -> tensor<1x2x2x2x2xf32>
  return %1 : tensor<1x2x2x2x2xf32>
}

// -----

// A batch norm that is the whole model folds into nothing: it stays a scale-shift, and lowers.

#data = affine_map<(d0, d1) -> (d0, d1)>
#feature = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: @lower_standalone_rank_2_dynamic
// CHECK: bn.scale_shift
func.func @lower_standalone_rank_2_dynamic(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %scale = arith.constant dense<[1.5, -0.75, 0.0]> : tensor<3xf32>
  %offset = arith.constant dense<[0.5, 1.0, -1.0]> : tensor<3xf32>
  %mean = arith.constant dense<[0.1, -2.0, 3.0]> : tensor<3xf32>
  %variance = arith.constant dense<[0.7, 2.5, 1.0]> : tensor<3xf32>
  %epsilon = arith.constant 1.000000e-05 : f32
  %1 = linalg.generic {indexing_maps = [#data, #feature, #feature, #feature, #feature, #data], iterator_types = ["parallel", "parallel"]}
      ins(%x, %scale, %offset, %mean, %variance : tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%x : tensor<?x3xf32>) {
  ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
    %3 = arith.addf %v, %epsilon : f32
    %4 = math.sqrt %3 : f32
    %5 = arith.subf %in, %m : f32
    %6 = arith.divf %5, %4 : f32
    %7 = arith.mulf %6, %s : f32
    %8 = arith.addf %7, %o : f32
    linalg.yield %8 : f32
  } -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}
