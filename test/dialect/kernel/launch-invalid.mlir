// Each constraint of kernel.launch is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

func.func private @callee(tensor<4xf32>) -> tensor<4xf32>
func.func @launch_c1(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'kernel.launch' op expects @callee to be a 'kernel.func'}}
  %result = kernel.launch @callee ins(%x : tensor<4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// -----

// expected-note@+1 {{kernel defined here}}
kernel.func @copy(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
func.func @launch_c2(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'kernel.launch' op expects 1 inputs, as the kernel, but got 2}}
  %result = kernel.launch @copy ins(%x, %x : tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// -----

// expected-note@+1 {{kernel defined here}}
kernel.func @copy(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
func.func @launch_c2_type(%x: tensor<8xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'kernel.launch' op expects input 0 of type 'tensor<4xf32>', but got 'tensor<8xf32>'}}
  %result = kernel.launch @copy ins(%x : tensor<8xf32>) -> tensor<4xf32>
  return %result : tensor<4xf32>
}

// -----

// expected-note@+1 {{kernel defined here}}
kernel.func @copy(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
func.func @launch_c2_result(%x: tensor<4xf32>) -> tensor<8xf32> {
  // expected-error@+1 {{'kernel.launch' op expects results of type 'tensor<4xf32>', but got 'tensor<8xf32>'}}
  %result = kernel.launch @copy ins(%x : tensor<4xf32>) -> tensor<8xf32>
  return %result : tensor<8xf32>
}

// -----

kernel.func @copy(%x: tensor<4xf32>) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}
func.func @launch_c3(%x: tensor<4xf32>) {
  // expected-error@+1 {{'kernel.launch' op expects either results or outputs, but got 0 and 0}}
  kernel.launch @copy ins(%x : tensor<4xf32>)
  return
}

// -----

// expected-note@+1 {{kernel defined here}}
kernel.func @two(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  kernel.return %x, %x : tensor<4xf32>, tensor<4xf32>
}
func.func @launch_c3_outputs(%x: memref<4xf32>) {
  // expected-error@+1 {{'kernel.launch' op expects 2 outputs, one per result of the kernel, but got 1}}
  kernel.launch @two ins(%x : memref<4xf32>) outs(%x : memref<4xf32>)
  return
}
