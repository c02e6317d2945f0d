// Channel shuffles print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @channel_shuffle
func.func @channel_shuffle(%x: tensor<?x6x4x4xf32>) -> tensor<?x6x4x4xf32> {
  // CHECK: nn.channel_shuffle %{{.*}} groups 3 : tensor<?x6x4x4xf32>
  %result = nn.channel_shuffle %x groups 3 : tensor<?x6x4x4xf32>
  return %result : tensor<?x6x4x4xf32>
}
