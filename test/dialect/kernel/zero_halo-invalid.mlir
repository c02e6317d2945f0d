// Each constraint of kernel.zero_halo is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func @zero_halo_c1(%x: memref<8x8xf32>) {
  // expected-error@+1 {{'kernel.zero_halo' op expects 'halo' to have 4 non-negative values, two per dimension, but got [1, 1]}}
  kernel.zero_halo %x halo [1, 1] : memref<8x8xf32>
  return
}
