// How constants follow from parameters, in print.

// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK: bn.parameters = [#bn.parameter<"w" as tensor<2x2xf32>>, #bn.parameter<"low" as tensor<f32> fixed dense<-2.000000e+00> : tensor<f32>>]
func.func @recipes(%x: tensor<1x2xf32>) -> tensor<1x2xf32> attributes {
    bn.parameters = [#bn.parameter<"w" as tensor<2x2xf32>>,
                     #bn.parameter<"low" as tensor<f32> fixed dense<-2.0> : tensor<f32>>]} {
  // CHECK: #bn.recipe<weights of "w" by [<normalize of ["g", "b", "m", "v"] at "norm" epsilon 5.000000e-01 : f64>, <subtract_from of [dense<1.000000e+00> : tensor<1xf32>] at "">] view [1, 2, 2, 1] packing [16, 2, 2, 1, 1, 2]>
  %w = arith.constant {bn.recipe = #bn.recipe<weights of "w"
      by [<normalize of ["g", "b", "m", "v"] at "norm" epsilon 0.5 : f64>,
          <subtract_from of [dense<1.0> : tensor<1xf32>] at "">]
      view [1, 2, 2, 1] packing [16, 2, 2, 1, 1, 2]>} dense_resource<w> : tensor<2x2xf32>
  // CHECK: #bn.recipe<bias by [<scale_shift of ["g", "b"] at "">]>
  %b = arith.constant {bn.recipe = #bn.recipe<bias by [<scale_shift of ["g", "b"] at "">]>}
      dense_resource<b> : tensor<2xf32>
  %y = nn.gemm %x, %w bias %b : (tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F000000400000803F00000040",
      b: "0x040000000000803F00000040"
    }
  }
#-}
