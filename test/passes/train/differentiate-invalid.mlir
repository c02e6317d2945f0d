// What cannot be differentiated is refused by name.

// RUN: bn-opt %s --bn-differentiate --split-input-file --verify-diagnostics --allow-unregistered-dialect

func.func @no_adjoint(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'test.unknown' op has no adjoint, so it cannot be differentiated}}
  %0 = "test.unknown"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @reason(%x: tensor<1x1x3xf32>, %w: tensor<1x1x3xf32>) -> tensor<1x1x5xf32> {
  // expected-error @below {{'nn.conv_transpose' op cannot be differentiated: 'output_pads' are not smaller than 'strides'}}
  %0 = nn.conv_transpose %x, %w pads [1, 1] dilations [1] output_pads [2]
     : (tensor<1x1x3xf32>, tensor<1x1x3xf32>) -> tensor<1x1x5xf32>
  return %0 : tensor<1x1x5xf32>
}

// -----

func.func @dynamic_shape(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error @below {{'nn.relu' op needs static shapes to be differentiated, but has 'tensor<?x4xf32>'}}
  %0 = nn.relu %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// -----

// expected-error @below {{no result of 'nothing_active' depends on what is differentiated in a way that gradients can go; expected inputs or parameters of floating-point type}}
func.func @nothing_active(%r: tensor<4xf32>, %s: tensor<4xf32>) -> tensor<4xf32> {
  %0 = bn.update_running %r, %s keep population {momentum = 0.9 : f64, count = 8 : i64} : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// expected-error @below {{'empty' computes nothing to be differentiated}}
func.func @empty(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
