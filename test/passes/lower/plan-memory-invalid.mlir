// What memory cannot be planned for.
// RUN: bn-opt %s --bn-plan-memory --verify-diagnostics

func.func @without_kernel(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @below {{has no kernel; code for it cannot be generated yet}}
  %0 = nn.relu %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
