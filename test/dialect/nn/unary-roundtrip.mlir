// Elementwise operators of one operand print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @relu
func.func @relu(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.relu %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.relu %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @sigmoid
func.func @sigmoid(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.sigmoid %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.sigmoid %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @tanh
func.func @tanh(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.tanh %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.tanh %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @exp
func.func @exp(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.exp %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.exp %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @log
func.func @log(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.log %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.log %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @sqrt
func.func @sqrt(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.sqrt %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.sqrt %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @abs
func.func @abs(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.abs %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.abs %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @neg
func.func @neg(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.neg %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.neg %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @reciprocal
func.func @reciprocal(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.reciprocal %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.reciprocal %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @erf
func.func @erf(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.erf %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.erf %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @softplus
func.func @softplus(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.softplus %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.softplus %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @hard_swish
func.func @hard_swish(%x: tensor<?x4x8x8xf32>) -> tensor<?x4x8x8xf32> {
  // CHECK: nn.hard_swish %{{.*}} : tensor<?x4x8x8xf32>
  %result = nn.hard_swish %x : tensor<?x4x8x8xf32>
  return %result : tensor<?x4x8x8xf32>
}

// CHECK-LABEL: @leaky_relu
func.func @leaky_relu(%x: tensor<4xf64>) -> tensor<4xf64> {
  // CHECK: nn.leaky_relu %{{.*}} {alpha = 1.000000e-02 : f64} : tensor<4xf64>
  %result = nn.leaky_relu %x {alpha = 1.000000e-02 : f64} : tensor<4xf64>
  return %result : tensor<4xf64>
}

// CHECK-LABEL: @elu
func.func @elu(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: nn.elu %{{.*}} {alpha = 1.000000e+00 : f64} : tensor<4xf32>
  %result = nn.elu %x {alpha = 1.000000e+00 : f64} : tensor<4xf32>
  return %result : tensor<4xf32>
}

// CHECK-LABEL: @hard_sigmoid
func.func @hard_sigmoid(%x: tensor<f32>) -> tensor<f32> {
  // CHECK: nn.hard_sigmoid %{{.*}} {alpha = 2.000000e-01 : f64, beta = 5.000000e-01 : f64} : tensor<f32>
  %result = nn.hard_sigmoid %x {alpha = 2.000000e-01 : f64, beta = 5.000000e-01 : f64} : tensor<f32>
  return %result : tensor<f32>
}

// CHECK-LABEL: @clip
func.func @clip(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: nn.clip %{{.*}} to [0.000000e+00, 6.000000e+00] : tensor<1x4xf32>
  %result = nn.clip %x to [0.000000e+00, 6.000000e+00] : tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}

// CHECK-LABEL: @clip_from_below
func.func @clip_from_below(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // CHECK: nn.clip %{{.*}} to [0.000000e+00, 0x7FF0000000000000] : tensor<1x4xf32>
  %result = nn.clip %x to [0.000000e+00, 0x7FF0000000000000] : tensor<1x4xf32>
  return %result : tensor<1x4xf32>
}
