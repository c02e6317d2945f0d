// Places print and parse.
// RUN: bn-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: @place_with_halo
func.func @place_with_halo(%arena: memref<1638400xi8>) -> memref<1x64x56x56xf32, strided<[215296, 1, 3712, 64]>> {
  // CHECK: kernel.place %{{.*}} at 4096 : memref<1638400xi8> -> memref<1x64x56x56xf32, strided<[215296, 1, 3712, 64]>>
  %place = kernel.place %arena at 4096
    : memref<1638400xi8> -> memref<1x64x56x56xf32, strided<[215296, 1, 3712, 64]>>
  return %place : memref<1x64x56x56xf32, strided<[215296, 1, 3712, 64]>>
}

// CHECK-LABEL: @place_fills_arena
func.func @place_fills_arena(%arena: memref<16xi8>) -> memref<4xf32> {
  // CHECK: kernel.place %{{.*}} at 0
  %place = kernel.place %arena at 0 : memref<16xi8> -> memref<4xf32>
  return %place : memref<4xf32>
}
