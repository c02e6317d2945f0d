// Which elementwise operators go into the load of the kernel that reads them.
// RUN: bn-opt %s --bn-form-kernels --split-input-file | FileCheck %s

// Nothing is left between the residual and the convolution.
// CHECK-LABEL: func.func @load_conv(
// CHECK-SAME: %[[X:.*]]: tensor<1x2x5x5xf32>, %[[SCALE:.*]]: tensor<2xf32>, %[[SHIFT:.*]]: tensor<2xf32>
// CHECK: %[[WEIGHTS:.*]] = arith.constant
// CHECK-NEXT: %[[CONV:.*]] = kernel.launch @scale_shift_relu_conv3x3 ins(%[[X]], %[[SCALE]], %[[SHIFT]], %[[WEIGHTS]] :
// CHECK-NEXT: return %[[X]], %[[CONV]]
// CHECK: kernel.func @scale_shift_relu_conv3x3
// CHECK: bn.scale_shift
// CHECK: nn.relu
// CHECK: nn.conv
// CHECK: kernel.return
func.func @load_conv(%x: tensor<1x2x5x5xf32>, %scale: tensor<2xf32>, %shift: tensor<2xf32>)
    -> (tensor<1x2x5x5xf32>, tensor<1x1x5x5xf32>) {
  %w = arith.constant dense_resource<w> : tensor<1x2x3x3xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x5x5xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x5x5xf32>
  %1 = nn.relu %0 : tensor<1x2x5x5xf32>
  %2 = nn.conv %1, %w pads [1, 1, 1, 1] : (tensor<1x2x5x5xf32>, tensor<1x2x3x3xf32>) -> tensor<1x1x5x5xf32>
  return %x, %2 : tensor<1x2x5x5xf32>, tensor<1x1x5x5xf32>
}

// -----

// Above wins: the kernel that makes the value has it in registers.
// CHECK-LABEL: func.func @load_prefers_epilogue(
// CHECK: kernel.launch @max_pool_relu
// CHECK: kernel.launch @conv1x1
func.func @load_prefers_epilogue(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x2x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<1x2x1x1xf32>
  %0 = nn.max_pool %x window [2, 2] strides [2, 2] : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = nn.relu %0 : tensor<1x2x2x2xf32>
  %2 = nn.conv %1, %w : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %2 : tensor<1x1x2x2xf32>
}

// -----

// Both branches of a block compute it, each in its load.
// CHECK-LABEL: func.func @load_conv_two_users(
// CHECK: kernel.launch @relu_conv1x1{{.*}} ins(%arg0,
// CHECK: kernel.launch @relu_conv1x1{{.*}} ins(%arg0,
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @load_conv_two_users(%x: tensor<1x2x4x4xf32>) -> (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) {
  %w = arith.constant dense_resource<w> : tensor<1x2x1x1xf32>
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.conv %0, %w : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  %2 = nn.conv %0, %w strides [2, 2] : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x2x2xf32>
  return %1, %2 : tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>
}

// -----

// CHECK-LABEL: func.func @load_reduce(
// CHECK: kernel.launch @scale_shift_sigmoid_reduce_mean
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @load_reduce(%x: tensor<1x2x4x4xf32>, %scale: tensor<2xf32>, %shift: tensor<2xf32>) -> tensor<1x2xf32> {
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.sigmoid %0 : tensor<1x2x4x4xf32>
  %2 = nn.reduce_mean %1 axes [2, 3] : (tensor<1x2x4x4xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @load_gemm(
// CHECK: kernel.launch @scale_shift_gemm
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @load_gemm(%x: tensor<3x2xf32>, %scale: tensor<2xf32>, %shift: tensor<2xf32>) -> tensor<3x4xf32> {
  %w = arith.constant dense_resource<w> : tensor<2x4xf32>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %1 = nn.gemm %0, %w : (tensor<3x2xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
  return %1 : tensor<3x4xf32>
}

// -----

// A window that overlaps its neighbours would compute exponentials again.
// CHECK-LABEL: func.func @no_load_dear(
// CHECK: kernel.launch @exp ins
// CHECK: kernel.launch @max_pool ins
func.func @no_load_dear(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32> {
  %0 = nn.exp %x : tensor<1x2x4x4xf32>
  %1 = nn.max_pool %0 window [2, 2] : (tensor<1x2x4x4xf32>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}

// -----

// Weights that are computed cannot be packed, and groups have no strips.
// CHECK-LABEL: func.func @no_load_computed_weights(
// CHECK: kernel.launch @relu ins
// CHECK: kernel.launch @conv1x1 ins
func.func @no_load_computed_weights(%x: tensor<1x2x4x4xf32>, %w: tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32> {
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.conv %0, %w : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// CHECK-LABEL: func.func @no_load_groups(
// CHECK: kernel.launch @relu{{.*}} ins
// CHECK: kernel.launch @depthwise3x3 ins
func.func @no_load_groups(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<2x1x3x3xf32>
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.conv %0, %w groups 2 : (tensor<1x2x4x4xf32>, tensor<2x1x3x3xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// -----

// A user that is not in the load needs the value in memory.
// CHECK-LABEL: func.func @no_load_other_user(
// CHECK: %[[Y:.*]] = kernel.launch @relu ins
// CHECK: kernel.launch @conv1x1 ins(%[[Y]]
func.func @no_load_other_user(%x: tensor<1x2x4x4xf32>) -> (tensor<1x1x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = arith.constant dense_resource<w> : tensor<1x2x1x1xf32>
  %0 = nn.relu %x : tensor<1x2x4x4xf32>
  %1 = nn.conv %0, %w : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x1x4x4xf32>
  return %1, %0 : tensor<1x1x4x4xf32>, tensor<1x2x4x4xf32>
}

// -----

// The input of one tile of pixels would not stay in cache.
// CHECK-LABEL: func.func @no_load_too_large(
// CHECK: kernel.launch @relu ins
func.func @no_load_too_large(%x: tensor<1x8192x33x33xf32>) -> tensor<1x1x31x31xf32> {
  %w = arith.constant dense_resource<w> : tensor<1x8192x3x3xf32>
  %0 = nn.relu %x : tensor<1x8192x33x33xf32>
  %1 = nn.conv %0, %w : (tensor<1x8192x33x33xf32>, tensor<1x8192x3x3xf32>) -> tensor<1x1x31x31xf32>
  return %1 : tensor<1x1x31x31xf32>
}

// -----

// The gradient of a relu behind a batch norm, computed again from the norm's input, needs no tensor of its own.
// CHECK-LABEL: func.func @gradient_with_relu(
// CHECK: kernel.launch @normalize_relu_gate_gradient
// CHECK-NOT: kernel.launch
func.func @gradient_with_relu(%x: tensor<2x6x4x4xf32>, %s: tensor<6xf32>, %o: tensor<6xf32>, %m: tensor<6xf32>, %v: tensor<6xf32>, %dy: tensor<2x6x4x4xf32>)
    -> (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>) {
  %0 = bn.normalize %x, %s, %o, %m, %v {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<2x6x4x4xf32>
  %1 = nn.relu %0 : tensor<2x6x4x4xf32>
  %2 = nn.gate %dy, %1 between [0.0, 0x7FF0000000000000] : tensor<2x6x4x4xf32>
  %dx, %ds, %do = bn.gradient %x, %s, %m, %v, %2 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>, tensor<2x6x4x4xf32>) -> (tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>)
  return %dx, %ds, %do : tensor<2x6x4x4xf32>, tensor<6xf32>, tensor<6xf32>
}

// -----

// What is converted to a wider type is loaded by each reader as it is.
// CHECK-LABEL: func.func @load_cast(
// CHECK: kernel.launch @reduce_sum ins(%arg0 : tensor<2x3x4xbf16>) -> tensor<2xf32>
// CHECK: kernel.launch @mul_cast ins(%arg0, %arg1 : tensor<2x3x4xbf16>, tensor<2x3x4xf16>) -> tensor<2x3x4xbf16>
// CHECK-NOT: kernel.launch
// CHECK: kernel.func @reduce_sum(
// CHECK-NEXT: nn.cast
// CHECK: kernel.func @mul_cast(
// CHECK-NEXT: nn.cast %{{.*}} : (tensor<2x3x4xbf16>) -> tensor<2x3x4xf32>
// CHECK-NEXT: nn.cast %{{.*}} : (tensor<2x3x4xf16>) -> tensor<2x3x4xf32>
func.func @load_cast(%x: tensor<2x3x4xbf16>, %y: tensor<2x3x4xf16>) -> (tensor<2xf32>, tensor<2x3x4xbf16>) {
  %0 = nn.cast %x : (tensor<2x3x4xbf16>) -> tensor<2x3x4xf32>
  %1 = nn.cast %y : (tensor<2x3x4xf16>) -> tensor<2x3x4xf32>
  %2 = nn.reduce_sum %0 axes [1, 2] : (tensor<2x3x4xf32>) -> tensor<2xf32>
  %3 = nn.mul %0, %1 : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %4 = nn.cast %3 : (tensor<2x3x4xf32>) -> tensor<2x3x4xbf16>
  return %2, %4 : tensor<2xf32>, tensor<2x3x4xbf16>
}

// -----

// What computes the input converts it, too.
// CHECK-LABEL: func.func @no_load_cast_in_chain(
// CHECK: kernel.launch @relu_cast_exp ins(%arg0 : tensor<4xbf16>) -> tensor<4xf32>
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @no_load_cast_in_chain(%x: tensor<4xbf16>) -> tensor<4xf32> {
  %0 = nn.relu %x : tensor<4xbf16>
  %1 = nn.cast %0 : (tensor<4xbf16>) -> tensor<4xf32>
  %2 = nn.exp %1 : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @no_load_cast_seen_outside(
// CHECK: %[[WIDE:.*]] = kernel.launch @cast ins(%arg0 : tensor<4xbf16>) -> tensor<4xf32>
// CHECK: kernel.launch @exp ins(%[[WIDE]] : tensor<4xf32>)
func.func @no_load_cast_seen_outside(%x: tensor<4xbf16>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = nn.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %1 = nn.exp %0 : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @no_load_cast_of_cast(
// CHECK: kernel.launch @cast_exp ins(%arg0 : tensor<4xbf16>) -> tensor<4xf64>
// CHECK: kernel.launch @cast_log ins(%arg0 : tensor<4xbf16>) -> tensor<4xf64>
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @no_load_cast_of_cast(%x: tensor<4xbf16>) -> (tensor<4xf64>, tensor<4xf64>) {
  %0 = nn.cast %x : (tensor<4xbf16>) -> tensor<4xf32>
  %1 = nn.cast %0 : (tensor<4xf32>) -> tensor<4xf64>
  %2 = nn.cast %0 : (tensor<4xf32>) -> tensor<4xf64>
  %3 = nn.exp %1 : tensor<4xf64>
  %4 = nn.log %2 : tensor<4xf64>
  return %3, %4 : tensor<4xf64>, tensor<4xf64>
}

// -----

// Data and gradient are the same value: it is computed once.
// CHECK-LABEL: func.func @load_read_twice_by_one(
// CHECK: kernel.launch @relu_gradient ins(%arg0, %arg1 :
// CHECK-NOT: kernel.launch
// CHECK: kernel.func @relu_gradient(
// CHECK-NEXT: nn.relu
// CHECK-NEXT: bn.gradient
func.func @load_read_twice_by_one(%x: tensor<16x32xf32>, %s: tensor<32xf32>) -> tensor<16x32xf32> {
  %0 = nn.relu %x : tensor<16x32xf32>
  %dx, %ds, %do = bn.gradient %0, %s, %s, %s, %0 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
     : (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<16x32xf32>) -> (tensor<16x32xf32>, tensor<32xf32>, tensor<32xf32>)
  return %dx : tensor<16x32xf32>
}

// -----

// What a run of a gradient of weights reads is in cache, a tile of input
// channels at least: a row of 2000 pixels, but not one of 44100.
// CHECK-LABEL: func.func @load_weight_gradient(
// CHECK: kernel.launch @relu_conv_weight_gradient
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @load_weight_gradient(%x: tensor<2x64x2000xf32>, %dy: tensor<2x8x1998xf32>) -> tensor<8x64x3xf32> {
  %0 = nn.relu %x : tensor<2x64x2000xf32>
  %1 = nn.conv_weight_gradient %0, %dy : (tensor<2x64x2000xf32>, tensor<2x8x1998xf32>) -> tensor<8x64x3xf32>
  return %1 : tensor<8x64x3xf32>
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>
!w = tensor<32x64x3x3xf32>
!x = tensor<2x64x14x14xf32>

// Gradients of a convolution compute what a normalization's statistics make of its output's gradient; each for itself.
// CHECK-LABEL: func.func @load_gradient_input(
// CHECK: kernel.launch @gradient_input_conv_input_gradient
// CHECK: kernel.launch @gradient_input_conv_weight_gradient
// CHECK-NOT: kernel.launch
// CHECK: return
func.func @load_gradient_input(%x: !x, %w: !w, %y: !image, %p: !v, %dy: !image) -> (!x, !w) {
  %0 = bn.gradient_input %y, %p, %p, %p, %dy, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v, !v, !image, !v, !v) -> !image
  %1 = nn.conv_input_gradient %0, %w pads [1, 1, 1, 1] : (!image, !w) -> !x
  %2 = nn.conv_weight_gradient %x, %0 pads [1, 1, 1, 1] : (!x, !image) -> !w
  return %1, %2 : !x, !w
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>
!w = tensor<32x64x3x3xf32>
!x = tensor<2x64x28x28xf32>

// A strided convolution's is several convolutions; all readers load it, or none.
// CHECK-LABEL: func.func @no_load_with_strides(
// CHECK: kernel.launch @gradient_input
// CHECK: kernel.launch @conv_input_gradient
// CHECK: kernel.launch @conv_weight_gradient
// CHECK: return
func.func @no_load_with_strides(%x: !x, %w: !w, %y: !image, %p: !v, %dy: !image) -> (!x, !w) {
  %0 = bn.gradient_input %y, %p, %p, %p, %dy, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v, !v, !image, !v, !v) -> !image
  %1 = nn.conv_input_gradient %0, %w strides [2, 2] pads [1, 1, 1, 1] : (!image, !w) -> !x
  %2 = nn.conv_weight_gradient %x, %0 strides [2, 2] pads [1, 1, 1, 1] : (!x, !image) -> !w
  return %1, %2 : !x, !w
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>
!w = tensor<32x64x3x3xf32>
!x = tensor<2x64x14x14xf32>

// Sums of it would compute it twice.
// CHECK-LABEL: func.func @no_load_beside_sums(
// CHECK: kernel.launch @gradient_input
// CHECK: kernel.launch @conv_weight_gradient
// CHECK: kernel.launch @gradient_statistics
// CHECK: return
func.func @no_load_beside_sums(%x: !x, %y: !image, %p: !v, %dy: !image) -> (!w, !v, !v) {
  %0 = bn.gradient_input %y, %p, %p, %p, %dy, %p, %p {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v, !v, !image, !v, !v) -> !image
  %1 = nn.conv_weight_gradient %x, %0 pads [1, 1, 1, 1] : (!x, !image) -> !w
  %s, %o = bn.gradient_statistics %y, %p, %p, %0 {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v, !image) -> (!v, !v)
  return %1, %s, %o : !w, !v, !v
}

// -----

// The same of the output's gradient.
// CHECK-LABEL: func.func @no_load_gradient_of_long_rows(
// CHECK: kernel.launch @relu
// CHECK: kernel.launch @conv_weight_gradient
// CHECK: return
func.func @no_load_gradient_of_long_rows(%x: tensor<1x8x44100xf32>, %dy: tensor<1x8x44098xf32>) -> tensor<8x8x3xf32> {
  %0 = nn.relu %dy : tensor<1x8x44098xf32>
  %1 = nn.conv_weight_gradient %x, %0 : (tensor<1x8x44100xf32>, tensor<1x8x44098xf32>) -> tensor<8x8x3xf32>
  return %1 : tensor<8x8x3xf32>
}

// -----

// CHECK-LABEL: func.func @no_load_weight_gradient_of_long_rows(
// CHECK: kernel.launch @relu
// CHECK: kernel.launch @conv_weight_gradient
// CHECK: return
func.func @no_load_weight_gradient_of_long_rows(%x: tensor<1x8x44100xf32>, %dy: tensor<1x8x44098xf32>) -> tensor<8x8x3xf32> {
  %0 = nn.relu %x : tensor<1x8x44100xf32>
  %1 = nn.conv_weight_gradient %0, %dy : (tensor<1x8x44100xf32>, tensor<1x8x44098xf32>) -> tensor<8x8x3xf32>
  return %1 : tensor<8x8x3xf32>
}

// -----

!m = tensor<16x8xf32>
!v = tensor<8xf32>

// The gradient of a concatenation is read where it lies, by the kernel that computes the other term of the sum.
// CHECK-LABEL: func.func @slice_beside_gradient
// CHECK: %[[G:.*]] = kernel.launch @softmax
// CHECK: kernel.launch @gradient_add ins({{.*}}%[[G]] :
// CHECK: kernel.launch @softmax
// CHECK: kernel.func @gradient_add({{.*}}tensor<16x12xf32>)
// CHECK: nn.slice %{{.*}} offsets [0, 4] sizes [16, 8] steps [1, 1]
func.func @slice_beside_gradient(%x: !m, %p: !v, %dy: !m, %g: tensor<16x12xf32>) -> !m {
  %0 = nn.softmax %g axis 1 : tensor<16x12xf32>
  %1 = nn.slice %0 offsets [0, 4] sizes [16, 8] steps [1, 1] : (tensor<16x12xf32>) -> !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  %2 = nn.add %1, %dx : (!m, !m) -> !m
  %3 = nn.softmax %2 axis 1 : !m
  return %3 : !m
}

// -----

!m = tensor<16x8xf32>
!v = tensor<8xf32>

// Every other feature would be gathered.
// CHECK-LABEL: func.func @no_slice_with_gaps
// CHECK: kernel.launch @slice_add
func.func @no_slice_with_gaps(%x: !m, %p: !v, %dy: !m, %g: tensor<16x16xf32>) -> !m {
  %1 = nn.slice %g offsets [0, 0] sizes [16, 8] steps [1, 2] : (tensor<16x16xf32>) -> !m
  %dx, %dscale, %doffset = bn.gradient %x, %p, %p, %p, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!m, !v, !v, !v, !m) -> (!m, !v, !v)
  %2 = nn.add %1, %dx : (!m, !m) -> !m
  return %2 : !m
}

// -----

!image = tensor<2x32x14x14xf32>
!v = tensor<32xf32>

// A slice of what is loaded itself is not loaded.
// CHECK-LABEL: func.func @slice_of_cast
// CHECK: %[[DX:.*]]:3 = kernel.launch @gradient ins(%arg0
// CHECK: kernel.launch @slice_add ins(%arg5, %[[DX]]#0 : tensor<2x64x14x14xf16>, tensor<2x32x14x14xf32>) -> tensor<2x32x14x14xf32>
func.func @slice_of_cast(%x: !image, %s: !v, %m: !v, %variance: !v, %dy: !image, %c: tensor<2x64x14x14xf16>) -> !image {
  %0 = nn.cast %c : (tensor<2x64x14x14xf16>) -> tensor<2x64x14x14xf32>
  %1 = nn.slice %0 offsets [0, 32, 0, 0] sizes [2, 32, 14, 14] steps [1, 1, 1, 1] : (tensor<2x64x14x14xf32>) -> !image
  %dx, %dscale, %doffset = bn.gradient %x, %s, %m, %variance, %dy {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (!image, !v, !v, !v, !image) -> (!image, !v, !v)
  %2 = nn.add %dx, %1 : (!image, !image) -> !image
  return %2 : !image
}
