// Places of tensors beyond 2³¹ elements and 2³² bytes: sizes have 64 bits (pytorch/pytorch#51776).
// RUN: bn-opt %s --bn-form-kernels --bn-assign-layouts --bn-plan-memory | FileCheck %s

// CHECK-LABEL: func.func @large(
// CHECK-SAME: memref<24000000000xi8>) attributes {bn.arena_bytes = 24000000000 : i64
// CHECK: kernel.place %{{.*}} at 12000000000
// CHECK: kernel.place %{{.*}} at 0
func.func @large(%x: tensor<3000000x1000xf32>) -> tensor<3000000x1000xf32> {
  %0 = nn.softmax %x axis 1 : tensor<3000000x1000xf32>
  %1 = nn.softmax %0 axis 1 : tensor<3000000x1000xf32>
  %2 = nn.softmax %1 axis 1 : tensor<3000000x1000xf32>
  return %2 : tensor<3000000x1000xf32>
}
