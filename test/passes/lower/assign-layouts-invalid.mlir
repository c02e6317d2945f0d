// What layouts cannot be decided for.
// RUN: bn-opt %s --split-input-file --bn-assign-layouts --verify-diagnostics

// expected-error @below {{input 'data' needs a static shape, but has 'tensor<?x4xf32>'; fix it with --input-shape}}
func.func @dynamic_batch(%x: tensor<?x4xf32> {bn.name = "data"}) -> tensor<?x4xf32> {
  return %x : tensor<?x4xf32>
}

// -----

// expected-error @below {{input 'input0' needs a static shape, but has 'tensor<*xf32>'}}
func.func @unranked(%x: tensor<*xf32>) {
  return
}

// -----

// expected-error @below {{input 'input1' needs a static shape, but has 'i32'}}
func.func @number(%x: tensor<4xf32>, %i: i32) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// expected-error @below {{input 'x' expects elements of f32, f16 or bf16, but has 'tensor<1x4xf64>'}}
func.func @input_f64(%x: tensor<1x4xf64> {bn.name = "x"}) -> tensor<1x4xf64> {
  return %x : tensor<1x4xf64>
}

// -----

func.func @parameter_f64(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  // expected-error @below {{expects elements of f32, f16 or bf16, but has 'tensor<4xf64>'}}
  %scale = arith.constant dense<2.0> : tensor<4xf64>
  %0 = kernel.launch @scale ins(%x, %scale : tensor<1x4xf32>, tensor<4xf64>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
kernel.func @scale(%x: tensor<1x4xf32>, %scale: tensor<4xf64>) -> tensor<1x4xf32> {
  %0 = bn.scale_shift %x, %scale, %scale {featureIndex = 1 : i64} : (tensor<1x4xf32>, tensor<4xf64>, tensor<4xf64>) -> tensor<1x4xf32>
  kernel.return %0 : tensor<1x4xf32>
}

// -----

// expected-error @below {{input 'x' is a buffer of 'memref<1x4xf32>': the module is already lowered}}
func.func @lowered(%x: memref<1x4xf32> {bn.name = "x"}, %y: memref<1x4xf32> {bn.output}, %w: memref<0xi8>) {
  return
}

// -----

func.func @convolution_f16(%x: tensor<1x4x8x8xf16>, %w: tensor<4x4x1x1xf16>) -> tensor<1x4x8x8xf16> {
  %0 = kernel.launch @conv ins(%x, %w : tensor<1x4x8x8xf16>, tensor<4x4x1x1xf16>) -> tensor<1x4x8x8xf16>
  return %0 : tensor<1x4x8x8xf16>
}
kernel.func @conv(%x: tensor<1x4x8x8xf16>, %w: tensor<4x4x1x1xf16>) -> tensor<1x4x8x8xf16> {
  // expected-error @below {{expects elements of f32, but has 'tensor<1x4x8x8xf16>'; convolutions and matrix products are compiled for f32 only}}
  %0 = nn.conv %x, %w : (tensor<1x4x8x8xf16>, tensor<4x4x1x1xf16>) -> tensor<1x4x8x8xf16>
  kernel.return %0 : tensor<1x4x8x8xf16>
}

// -----

func.func @product_bf16(%x: tensor<2x4xbf16>, %w: tensor<4x4xbf16>) -> tensor<2x4xbf16> {
  %0 = kernel.launch @product ins(%x, %w : tensor<2x4xbf16>, tensor<4x4xbf16>) -> tensor<2x4xbf16>
  return %0 : tensor<2x4xbf16>
}
kernel.func @product(%x: tensor<2x4xbf16>, %w: tensor<4x4xbf16>) -> tensor<2x4xbf16> {
  // expected-error @below {{expects elements of f32, but has 'tensor<2x4xbf16>'; convolutions and matrix products are compiled for f32 only}}
  %0 = nn.matmul %x, %w : (tensor<2x4xbf16>, tensor<4x4xbf16>) -> tensor<2x4xbf16>
  kernel.return %0 : tensor<2x4xbf16>
}
