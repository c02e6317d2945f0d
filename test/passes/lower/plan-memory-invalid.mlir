// What memory cannot be planned for.
// RUN: bn-opt %s --bn-plan-memory --split-input-file --verify-diagnostics

func.func @without_kernel(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @below {{has no kernel; code for it cannot be generated yet}}
  %0 = nn.relu %x : tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// The caller may give the result the memory of %arg0, which another kernel reads later.
// expected-error @below {{result 0 cannot be computed in the memory of argument 0; expected no kernel to read that later, and a multiple of 16 features or pixels side by side}}
func.func @read_later(%arg0: tensor<4x16xf32> {bn.overwritten}) -> (tensor<4x16xf32>, tensor<4x16xf32>) {
  %0 = kernel.launch @relu ins(%arg0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %1 = kernel.launch @relu ins(%arg0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %0, %1 : tensor<4x16xf32>, tensor<4x16xf32>
}
kernel.func @relu(%arg0: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = nn.relu %arg0 : tensor<4x16xf32>
  kernel.return %0 : tensor<4x16xf32>
}

// -----

// The same under another shape.
// expected-error @below {{result 0 cannot be computed in the memory of argument 0; expected no kernel to read that later}}
func.func @read_later_reshaped(%arg0: tensor<64xf32> {bn.overwritten}) -> (tensor<4x16xf32>, tensor<4x16xf32>) {
  %0 = nn.reshape %arg0 : (tensor<64xf32>) -> tensor<4x16xf32>
  %1 = kernel.launch @relu ins(%0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %2 = kernel.launch @relu ins(%0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  return %1, %2 : tensor<4x16xf32>, tensor<4x16xf32>
}
kernel.func @relu(%arg0: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = nn.relu %arg0 : tensor<4x16xf32>
  kernel.return %0 : tensor<4x16xf32>
}
