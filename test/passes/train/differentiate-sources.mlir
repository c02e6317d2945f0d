// What bn-differentiate differentiates with respect to.

// RUN: bn-opt %s --bn-differentiate --split-input-file | FileCheck %s
// RUN: bn-opt %s --bn-differentiate=with-respect-to=inputs --split-input-file | FileCheck %s --check-prefix=INPUTS
// RUN: bn-opt %s --bn-differentiate=with-respect-to=parameters --split-input-file | FileCheck %s --check-prefix=PARAMETERS

// Constants with a name are parameters, other numbers are none.
// CHECK-LABEL: @relu_and_weight
// CHECK-SAME: -> (tensor<4xf32>, tensor<4xf32> {bn.name = "input0.gradient"}, tensor<4xf32> {bn.name = "w.gradient"})
// INPUTS-LABEL: @relu_and_weight
// INPUTS-SAME: -> (tensor<4xf32>, tensor<4xf32> {bn.name = "input0.gradient"})
// PARAMETERS-LABEL: @relu_and_weight
// PARAMETERS-SAME: %[[X:.*]]: tensor<4xf32>, %[[DY:.*]]: tensor<4xf32> {bn.name = "output0.gradient"}
// PARAMETERS-SAME: -> (tensor<4xf32>, tensor<4xf32> {bn.name = "w.gradient"})
// PARAMETERS: %[[R:.*]] = nn.relu %[[X]]
// PARAMETERS-NOT: nn.gate
// PARAMETERS: %[[HALF:.*]] = nn.mul %[[DY]]
// PARAMETERS: %[[DW:.*]] = nn.mul %[[HALF]], %[[R]]
// PARAMETERS: return %{{.*}}, %[[DW]]
func.func @relu_and_weight(%x: tensor<4xf32>) -> tensor<4xf32> {
  %w = arith.constant {bn.name = "w"} dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %0 = nn.relu %x : tensor<4xf32>
  %1 = nn.mul %0, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.mul %1, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// Where no gradient of the data is wanted, only the sums are computed.
// CHECK-LABEL: @training
// CHECK: bn.gradient %
// INPUTS-LABEL: @training
// INPUTS: bn.gradient %
// PARAMETERS-LABEL: @training
// PARAMETERS-NOT: bn.gradient %
// PARAMETERS: bn.gradient_statistics
func.func @training(%x: tensor<8x3xf32>) -> tensor<8x3xf32> {
  %s = arith.constant dense_resource<scale> : tensor<3xf32>
  %o = arith.constant dense<0.0> : tensor<3xf32>
  %y, %m, %v = bn.training %x, %s, %o {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<8x3xf32>
}

{-#
  dialect_resources: {
    builtin: {
      scale: "0x040000000000803F0000004000004040"
    }
  }
#-}
