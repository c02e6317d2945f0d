// Each constraint of kernel.func and of its attributes is checked.
// RUN: bn-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{'kernel.func' op expects at least one result, but got none}}
kernel.func @func_c1(%x: tensor<4xf32>) {
  kernel.return
}

// -----

// expected-error@+1 {{'kernel.func' op expects 'kernel.layout' of argument 0 to have 2 strides, one per dimension of 'tensor<8x4xf32>', but got 1}}
kernel.func @func_c2(%x: tensor<8x4xf32> {kernel.layout = #kernel.layout<strides = [4]>}) -> tensor<8x4xf32> {
  kernel.return %x : tensor<8x4xf32>
}

// -----

// expected-error@+1 {{'kernel.func' op expects 'kernel.layout' of result 0 to have 2 strides, one per dimension of 'tensor<8x4xf32>', but got 3}}
kernel.func @func_c2_result(%x: tensor<8x4xf32>)
    -> (tensor<8x4xf32> {kernel.layout = #kernel.layout<strides = [4, 1, 1]>}) {
  kernel.return %x : tensor<8x4xf32>
}

// -----

// expected-error@+1 {{'kernel.func' op expects 'kernel.layout' of argument 0, 'tensor<4xf32>', to be a #kernel.layout or #kernel.packed of a tensor, but got 4 : i64}}
kernel.func @func_c2_attribute(%x: tensor<4xf32> {kernel.layout = 4}) -> tensor<4xf32> {
  kernel.return %x : tensor<4xf32>
}

// -----

kernel.func @func_c3(%x: tensor<4xf32>) -> tensor<8xf32> {
  // expected-error@+1 {{'kernel.return' op expects the operands to have the result types of the kernel, 'tensor<8xf32>', but got ('tensor<4xf32>')}}
  kernel.return %x : tensor<4xf32>
}

// -----

func.func @func_is_isolated(%x: tensor<4xf32>) {
  builtin.module {
    // expected-note@+1 {{required by region isolation constraints}}
    kernel.func @isolated(%y: tensor<4xf32>) -> tensor<4xf32> {
      // expected-error@+1 {{'nn.add' op using value defined outside the region}}
      %sum = nn.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      kernel.return %sum : tensor<4xf32>
    }
  }
  return
}

// -----

// expected-error@+1 {{expects 'halo' to have 4 non-negative values, two per stride, but got [1, 1]}}
func.func private @layout_halo(tensor<8x4xf32> {kernel.layout = #kernel.layout<strides = [4, 1], halo = [1, 1]>})

// -----

// expected-error@+1 {{expects 'tile' to be positive, but got 0}}
func.func private @packed_tile(tensor<8x4xf32> {kernel.layout = #kernel.packed<tile = 0>})

// -----

// expected-error@+1 {{expects 'groups' to be positive, but got 0}}
func.func private @packed_groups(tensor<8x4xf32> {kernel.layout = #kernel.packed<tile = 4, transposed = true, groups = 0>})

// -----

// expected-error@+1 {{expects 'parts' to be positive, but got -1}}
func.func private @packed_parts(tensor<8x4xf32> {kernel.layout = #kernel.packed<tile = 4, parts = -1>})

// -----

// expected-error@+1 {{expects 'pixels' to be positive, but got -2}}
func.func private @direct_pixels() attributes {schedule = #kernel.direct<channels = 8, pixels = -2>}
