// What layouts cannot be decided for.
// RUN: bn-opt %s --bn-assign-layouts --verify-diagnostics

// expected-error @below {{input 'data' needs a static shape, but has 'tensor<?x4xf32>'; fix it with --input-shape}}
func.func @dynamic_batch(%x: tensor<?x4xf32> {bn.name = "data"}) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}
