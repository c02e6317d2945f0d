// A budget for activations: what is cheap is computed again where the backward
// part reads it.

// RUN: bn-opt %s --bn-differentiate | FileCheck %s --check-prefix=KEEP
// RUN: bn-opt %s --bn-differentiate=recompute-budget=3200 | FileCheck %s --check-prefix=SOME
// RUN: bn-opt %s --bn-differentiate=recompute-budget=2000 2>&1 | FileCheck %s --check-prefix=OVER

// Kept are four activations of 1024 bytes and statistics of 32: what two
// convolutions, relu and sigmoid have computed. Relu frees more per operation
// than sigmoid; the convolutions stay.
// KEEP-LABEL: @block
// KEEP: nn.relu
// KEEP-NOT: nn.relu
// SOME-LABEL: @block
// SOME: %[[C:.*]] = nn.conv
// SOME: %[[Y:.*]], %[[M:.*]], %[[V:.*]] = bn.training %[[C]]
// SOME: nn.relu %[[Y]]
// SOME: nn.conv
// SOME: nn.sigmoid
// SOME: %[[Y2:.*]] = bn.normalize %[[C]], %{{.*}}, %{{.*}}, %[[M]], %[[V]]
// SOME: %[[R2:.*]] = nn.relu %[[Y2]]
// SOME: nn.conv_weight_gradient %[[R2]]
// SOME: nn.gate %{{.*}}, %[[R2]]
// SOME: bn.gradient %[[C]]
// SOME-NOT: nn.sigmoid
// SOME: return
// OVER: warning: 'block' keeps 2080 bytes of activations for its backward part, more than the budget of 2000
// OVER-LABEL: @block
// OVER-COUNT-2: nn.sigmoid
func.func @block(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %s: tensor<4xf32>, %o: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  %0 = nn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1, %m, %v = bn.training %0, %s, %o {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>)
  %2 = nn.relu %1 : tensor<1x4x8x8xf32>
  %3 = nn.conv %2, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %4 = nn.sigmoid %3 : tensor<1x4x8x8xf32>
  %5 = nn.mul %3, %4 : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %5 : tensor<1x4x8x8xf32>
}

// What is computed again reads the statistics that the forward part has used,
// not what 16 bits are left of them.
// KEEP-LABEL: @narrow
// KEEP: bn.training
// KEEP-NOT: bn.normalize
// OVER-LABEL: @narrow
// OVER-SAME: %[[X:[^:]*]]: tensor<16x64xf16>, %[[S:[^:]*]]: tensor<64xf16>, %[[O:[^:]*]]: tensor<64xf16>
// OVER-NOT: bn.training
// OVER: %[[M:.*]], %[[V:.*]] = bn.statistics %[[X]] {{.*}} -> (tensor<64xf32>, tensor<64xf32>)
// OVER: %[[Y:.*]] = bn.normalize %[[X]], %[[S]], %[[O]], %[[M]], %[[V]]
// OVER: %[[M16:.*]] = nn.cast %[[M]] : {{.*}} -> tensor<64xf16>
// OVER: %[[V16:.*]] = nn.cast %[[V]] : {{.*}} -> tensor<64xf16>
// OVER: nn.mul %[[Y]], %[[Y]]
// OVER: %[[AGAIN:.*]] = bn.normalize %[[X]], %[[S]], %[[O]], %[[M]], %[[V]]
// OVER: nn.mul %{{.*}}, %[[AGAIN]]
// OVER: bn.gradient %[[X]], %[[S]], %[[M16]], %[[V16]]
func.func @narrow(%x: tensor<16x64xf16>, %s: tensor<64xf16>, %o: tensor<64xf16>) -> tensor<16x64xf16> {
  %0, %m, %v = bn.training %x, %s, %o {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x64xf16>, tensor<64xf16>, tensor<64xf16>) -> (tensor<16x64xf16>, tensor<64xf16>, tensor<64xf16>)
  %1 = nn.mul %0, %0 : (tensor<16x64xf16>, tensor<16x64xf16>) -> tensor<16x64xf16>
  return %1 : tensor<16x64xf16>
}
