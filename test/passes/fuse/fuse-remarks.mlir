// Where a normalization that stays is computed, as remarks.

// RUN: bn-opt %s --bn-form-kernels --split-input-file --verify-diagnostics \
// RUN:   --remark-format=emitRemark --remarks-filter=bn-fuse -o /dev/null

func.func @epilogue(%x: tensor<1x1x4xf32>, %w: tensor<1x1x1xf32>, %s: tensor<1xf32>) -> tensor<1x1x4xf32> {
  %0 = nn.conv %x, %w : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{Fused | Category:bn-fuse | Kernel=conv1_scale_shift_relu, Op=bn.scale_shift, Place=epilogue}}
  %1 = bn.scale_shift %0, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.relu %1 : tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Neither an activation nor a second normalization is a reason for a kernel.
func.func @standalone(%x: tensor<1x1x4xf32>, %s: tensor<1xf32>) -> tensor<1x1x4xf32> {
  // expected-remark@+1 {{Kernel=scale_shift_relu_inference, Op=bn.scale_shift, Place=standalone}}
  %0 = bn.scale_shift %x, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.relu %0 : tensor<1x1x4xf32>
  // expected-remark@+1 {{Kernel=scale_shift_relu_inference, Op=bn.inference, Place=standalone}}
  %2 = bn.inference %1, %s, %s, %s, %s {epsilon = 1.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// The addition would be a kernel by itself.
func.func @before_and_after_addition(%x: tensor<1x1x4xf32>, %y: tensor<1x1x4xf32>, %s: tensor<1xf32>) -> tensor<1x1x4xf32> {
  // expected-remark@+1 {{Kernel=scale_shift_add_scale_shift, Op=bn.scale_shift, Place=load}}
  %0 = bn.scale_shift %x, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %y : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  // expected-remark@+1 {{Kernel=scale_shift_add_scale_shift, Op=bn.scale_shift, Place=epilogue}}
  %2 = bn.scale_shift %1, %s, %s {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}
