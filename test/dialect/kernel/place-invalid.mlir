// Each constraint of kernel.place is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @place_c1(%arena: memref<16xi8>) -> memref<4xf32> {
  // expected-error@+1 {{'kernel.place' op expects the place to lie within the arena of 16 bytes, but it spans 4..20}}
  %place = kernel.place %arena at 4 : memref<16xi8> -> memref<4xf32>
  return %place : memref<4xf32>
}

// -----

func.func @place_c1_negative(%arena: memref<16xi8>) -> memref<4xf32> {
  // expected-error@+1 {{'kernel.place' op expects 'offset' not to be negative, but got -4}}
  %place = kernel.place %arena at -4 : memref<16xi8> -> memref<4xf32>
  return %place : memref<4xf32>
}
