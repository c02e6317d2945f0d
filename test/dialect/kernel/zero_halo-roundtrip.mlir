// Halo writes print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @zero_halo
func.func @zero_halo(%x: memref<1x4x8x8xf32, strided<[400, 1, 40, 4]>>) {
  // CHECK: kernel.zero_halo %{{.*}} halo [0, 0, 0, 0, 1, 1, 1, 1] : memref<1x4x8x8xf32, strided<[400, 1, 40, 4]>>
  kernel.zero_halo %x halo [0, 0, 0, 0, 1, 1, 1, 1] : memref<1x4x8x8xf32, strided<[400, 1, 40, 4]>>
  return
}
