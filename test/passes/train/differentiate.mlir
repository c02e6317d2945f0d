// bn-differentiate appends the adjoints of the operators between arguments or
// parameters and the results.

// RUN: bn-opt %s --bn-differentiate --split-input-file --allow-unregistered-dialect | FileCheck %s

// The example of the documentation: names follow from those of the values.
// CHECK-LABEL: @relu
// CHECK-SAME: %[[X:.*]]: tensor<4xf32> {bn.name = "x"}, %[[DY:.*]]: tensor<4xf32> {bn.name = "y.gradient"}
// CHECK-SAME: -> (tensor<4xf32> {bn.name = "y"}, tensor<4xf32> {bn.name = "x.gradient"})
// CHECK: %[[Y:.*]] = nn.relu %[[X]]
// CHECK: %[[DX:.*]] = nn.gate %[[DY]], %[[Y]] between [0.000000e+00, 0x7FF0000000000000]
// CHECK: return %[[Y]], %[[DX]]
func.func @relu(%x: tensor<4xf32> {bn.name = "x"}) -> (tensor<4xf32> {bn.name = "y"}) {
  %0 = nn.relu %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A convolution's three gradients, each only where it is wanted.
// CHECK-LABEL: @conv
// CHECK-SAME: %[[X:.*]]: tensor<1x2x5x5xf32>, %[[W:.*]]: tensor<4x2x3x3xf32>, %[[B:.*]]: tensor<4xf32>, %[[DY:.*]]: tensor<1x4x3x3xf32>
// CHECK: %[[DX:.*]] = nn.conv_input_gradient %[[DY]], %[[W]] strides [2, 2] pads [1, 1, 1, 1]
// CHECK: %[[DW:.*]] = nn.conv_weight_gradient %[[X]], %[[DY]] strides [2, 2] pads [1, 1, 1, 1]
// CHECK: %[[DB:.*]] = nn.reduce_sum %[[DY]] axes [0, 2, 3]
// CHECK: return %{{.*}}, %[[DX]], %[[DW]], %[[DB]]
func.func @conv(%x: tensor<1x2x5x5xf32>, %w: tensor<4x2x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x3x3xf32> {
  %0 = nn.conv %x, %w bias %b strides [2, 2] pads [1, 1, 1, 1]
     : (tensor<1x2x5x5xf32>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// -----

// No gradient goes through running statistics, which stay results.
// CHECK-LABEL: @running
// CHECK-SAME: %[[X:.*]]: tensor<8x3xf32>, %[[R:.*]]: tensor<3xf32>, %[[DY:.*]]: tensor<8x3xf32> {bn.name = "output0.gradient"})
// CHECK-SAME: -> (tensor<8x3xf32>, tensor<3xf32>, tensor<8x3xf32> {bn.name = "input0.gradient"}, tensor<3xf32> {bn.name = "scale.gradient"}, tensor<3xf32> {bn.name = "offset.gradient"})
// CHECK: %[[Y:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.training %[[X]], %[[SCALE:.*]], %{{.*}} {
// CHECK: bn.update_running
// CHECK: %[[DX:.*]], %[[DS:.*]], %[[DO:.*]] = bn.gradient %[[X]], %[[SCALE]], %[[MEAN]], %[[VARIANCE]], %[[DY]]
// CHECK: return %{{.*}}, %{{.*}}, %[[DX]], %[[DS]], %[[DO]]
func.func @running(%x: tensor<8x3xf32>, %r: tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>) {
  %s = arith.constant {bn.name = "scale"} dense<1.0> : tensor<3xf32>
  %o = arith.constant {bn.name = "offset"} dense<0.0> : tensor<3xf32>
  %y, %m, %v = bn.training %x, %s, %o {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>)
  %new = bn.update_running %r, %m keep population {momentum = 0.9 : f64, count = 8 : i64} : tensor<3xf32>
  return %y, %new : tensor<8x3xf32>, tensor<3xf32>
}

// -----

// Nor through their mean over all batches.
// CHECK-LABEL: @cumulative
// CHECK-SAME: -> (tensor<8x3xf32>, tensor<3xf32>, tensor<8x3xf32> {bn.name = "input0.gradient"})
// CHECK: %[[Y:.*]], %[[MEAN:.*]], %[[VARIANCE:.*]] = bn.training %[[X:.*]], %[[SCALE:.*]], %{{.*}} {
// CHECK: %[[NEW:.*]] = bn.update_cumulative %{{.*}}, %[[VARIANCE]], %{{.*}} sample
// CHECK: %[[DX:.*]], %{{.*}}, %{{.*}} = bn.gradient %[[X]], %[[SCALE]], %[[MEAN]], %[[VARIANCE]], %{{.*}}
// CHECK: return %[[Y]], %[[NEW]], %[[DX]] :
func.func @cumulative(%x: tensor<8x3xf32>, %r: tensor<3xf32>, %k: tensor<f32>) -> (tensor<8x3xf32>, tensor<3xf32>) {
  %s = arith.constant dense<1.0> : tensor<3xf32>
  %o = arith.constant dense<0.0> : tensor<3xf32>
  %y, %m, %v = bn.training %x, %s, %o {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>)
  %new = bn.update_cumulative %r, %v, %k sample {count = 8 : i64} : tensor<3xf32>, tensor<f32>
  return %y, %new : tensor<8x3xf32>, tensor<3xf32>
}

// -----

// An exponent that is known not to be 0 needs no care.
// CHECK-LABEL: @square
// CHECK: nn.pow
// CHECK: %[[ONE:.*]] = nn.add %[[TWO:.*]], %{{.*}} : (tensor<f32>, tensor<f32>) -> tensor<f32>
// CHECK-NEXT: %[[POWER:.*]] = nn.pow %{{.*}}, %[[ONE]]
// CHECK-NEXT: %[[SLOPE:.*]] = nn.mul %[[POWER]], %[[TWO]]
// CHECK-NEXT: nn.mul %{{.*}}, %[[SLOPE]]
// CHECK-NEXT: return
func.func @square(%x: tensor<4xf32>) -> tensor<4xf32> {
  %two = arith.constant dense<2.0> : tensor<f32>
  %0 = nn.pow %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// The derivative of a power of 0 is 0, also at 0: 0 is not lowered.
// CHECK-LABEL: @power_of_zero
// CHECK: %[[LOWERED:.*]] = nn.add %[[E:.*]], %{{.*}} : (tensor<2xf32>, tensor<f32>)
// CHECK: nn.gate %{{.*}}, %[[E]] between [0.000000e+00
// CHECK: nn.neg %[[E]]
// CHECK: nn.gate
// CHECK: %[[EXPONENT:.*]] = nn.add %[[LOWERED]], %{{.*}} : (tensor<2xf32>, tensor<2xf32>)
// CHECK: nn.pow %{{.*}}, %[[EXPONENT]]
func.func @power_of_zero(%x: tensor<2xf32>) -> tensor<2xf32> {
  %e = arith.constant dense<[0.0, 3.0]> : tensor<2xf32>
  %0 = nn.pow %x, %e : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// The statistics of inference are frozen.
// CHECK-LABEL: @frozen
// CHECK-SAME: -> (tensor<8x3xf32>, tensor<8x3xf32> {bn.name = "input0.gradient"}, tensor<3xf32> {bn.name = "input1.gradient"}, tensor<3xf32> {bn.name = "input2.gradient"})
// CHECK: bn.inference
// CHECK: %[[DX:.*]] = bn.inference %[[DY:.*]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} {
// CHECK: %[[DS:.*]], %[[DO:.*]] = bn.gradient_statistics %{{.*}}, %{{.*}}, %{{.*}}, %[[DY]]
// CHECK: return %{{.*}}, %[[DX]], %[[DS]], %[[DO]]
func.func @frozen(%x: tensor<8x3xf32>, %s: tensor<3xf32>, %o: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<8x3xf32> {
  %y = bn.inference %x, %s, %o, %m, %v {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
  return %y : tensor<8x3xf32>
}

// -----

// Gradients of a value that is read twice are added; names that are taken get
// a number; an operator that no gradient reaches needs no adjoint.
// CHECK-LABEL: @fork
// CHECK-SAME: %[[X:.*]]: tensor<4xf32> {bn.name = "y.gradient"}, %[[DY:.*]]: tensor<4xf32> {bn.name = "y.gradient2"}
// CHECK: %[[E:.*]] = nn.exp %[[X]]
// CHECK: %[[Y:.*]] = nn.mul %[[X]], %[[E]]
// CHECK-DAG: %[[A:.*]] = nn.mul %[[DY]], %[[E]]
// CHECK-DAG: %[[B:.*]] = nn.mul %[[DY]], %[[X]]
// CHECK: %[[C:.*]] = nn.mul %[[B]], %[[E]]
// CHECK: %[[DX:.*]] = nn.add %[[A]], %[[C]]
// CHECK: return %[[Y]], %[[DX]]
func.func @fork(%x: tensor<4xf32> {bn.name = "y.gradient"}) -> (tensor<4xf32> {bn.name = "y"}) {
  %unread = "test.unknown"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %0 = nn.exp %x : tensor<4xf32>
  %1 = nn.mul %x, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// One parameter in two places has one gradient.
// CHECK-LABEL: @shared_parameter
// CHECK-SAME: -> (tensor<4xf32>, tensor<4xf32> {bn.name = "w.gradient"})
// CHECK: %[[SUM:.*]] = nn.add
// CHECK: return %{{.*}}, %[[SUM]]
func.func @shared_parameter() -> tensor<4xf32> {
  %a = arith.constant {bn.name = "w"} dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = arith.constant {bn.name = "w"} dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.exp %a : tensor<4xf32>
  %1 = nn.mul %0, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
