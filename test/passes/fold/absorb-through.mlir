// Scale-shifts pass operators on their way to weights.

// RUN: bn-opt %s --bn-absorb-scale-shifts --split-input-file | FileCheck %s

// A positive scale passes a relu.
// CHECK-LABEL: @fold_scale_through_relu
func.func @fold_scale_through_relu(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[SIX:.*]] = arith.constant dense<6.000000e+00>
  // CHECK: %[[CONV:.*]] = nn.conv %arg0, %[[SIX]]
  // CHECK-NEXT: %[[RELU:.*]] = nn.relu %[[CONV]]
  // CHECK-NEXT: return %[[RELU]]
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.relu %0 : tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %two, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// s·relu(x) + t = max(s·x + t, t) for s >= 0, and min for s < 0: a clamp with
// bounds of its own for each feature.
// CHECK-LABEL: @fold_through_relu_as_clamp
func.func @fold_through_relu_as_clamp(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[}}6.000000e+00]], {{\[\[}}-9.000000e+00]]]>
  // CHECK-DAG: %[[LOW:.*]] = arith.constant dense<{{\[\[}}5.000000e+00], [0xFF800000]]> : tensor<2x1xf32>
  // CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<{{\[\[}}0x7F800000], [7.000000e+00]]> : tensor<2x1xf32>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[5.000000e+00, 7.000000e+00]>
  // CHECK: %[[CONV:.*]] = nn.conv %arg0, %[[WEIGHTS]] bias %[[BIAS]]
  // CHECK-NEXT: %[[MAX:.*]] = nn.max %[[CONV]], %[[LOW]]
  // CHECK-NEXT: nn.min %[[MAX]], %[[HIGH]]
  %weights = arith.constant dense<3.0> : tensor<2x1x1xf32>
  %scale = arith.constant dense<[2.0, -3.0]> : tensor<2xf64>
  %shift = arith.constant dense<[5.0, 7.0]> : tensor<2xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.relu %0 : tensor<1x2x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// relu6 has another bound at 6s + t.
// CHECK-LABEL: @fold_through_clip
func.func @fold_through_clip(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[CONV:.*]] = nn.conv
  // CHECK-NEXT: nn.clip %[[CONV]] to [-1.100000e+01, 1.000000e+00]
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<-2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.clip %0 to [0.0, 6.0] : tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// relu(s·x + t) = s·max(x, −t/s) + t: downwards into the convolution, whose
// bias becomes 3·t.
// CHECK-LABEL: @fold_through_relu_downwards
func.func @fold_through_relu_downwards(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<6.000000e+00>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<1.500000e+01>
  // CHECK: %[[CLAMP:.*]] = nn.clip %arg0 to [-2.500000e+00, 0x7FF0000000000000]
  // CHECK-NEXT: nn.conv %[[CLAMP]], %[[WEIGHTS]] bias %[[BIAS]]
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<5.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.relu %0 : tensor<1x1x4xf32>
  %2 = nn.conv %1, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// A negative scale would make another function of a leaky relu.
// CHECK-LABEL: @no_fold_negative_through_leaky_relu
func.func @no_fold_negative_through_leaky_relu(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<-2.0> : tensor<1xf64>
  %zero = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.leaky_relu %0 {alpha = 0.5 : f64} : tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %zero {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Scale into both addends, shift into one.
// CHECK-LABEL: @fold_through_add
func.func @fold_through_add(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK-DAG: %[[FOUR:.*]] = arith.constant dense<4.000000e+00>
  // CHECK-DAG: %[[SIX:.*]] = arith.constant dense<6.000000e+00>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<1.000000e+00>
  // CHECK-DAG: %[[A:.*]] = nn.conv %arg0, %[[FOUR]] bias %[[BIAS]]
  // CHECK-DAG: %[[B:.*]] = nn.conv %arg0, %[[SIX]] :
  // CHECK: %[[SUM:.*]] = nn.add %[[A]], %[[B]]
  // CHECK-NEXT: return %[[SUM]]
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %three = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.conv %x, %three : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.add %0, %1 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %3 = bn.scale_shift %2, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// A shortcut that others read cannot be scaled in place.
// CHECK-LABEL: @no_fold_through_add_shortcut
func.func @no_fold_through_add_shortcut(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.add %0, %x : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Each branch of a concatenation takes its features.
// CHECK-LABEL: @fold_through_concat
func.func @fold_through_concat(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK-DAG: %[[FOUR:.*]] = arith.constant dense<4.000000e+00>
  // CHECK-DAG: %[[NINE:.*]] = arith.constant dense<9.000000e+00>
  // CHECK-DAG: nn.conv %arg0, %[[FOUR]]
  // CHECK-DAG: nn.conv %arg0, %[[NINE]]
  // CHECK-NOT: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %three = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %shift = arith.constant dense<1.0> : tensor<2xf64>
  %0 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.conv %x, %three : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.concat %0, %1 axis 1 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x2x4xf32>
  %3 = bn.scale_shift %2, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  return %3 : tensor<1x2x4xf32>
}

// -----

// Padding that a mean counts is not shifted; a scale passes.
// CHECK-LABEL: @fold_through_average_pool
func.func @fold_through_average_pool(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK-DAG: %[[BOTH:.*]] = nn.conv %{{.*}} bias
  // CHECK-DAG: nn.average_pool %[[BOTH]] window [3] pads [1, 1] :
  // CHECK-DAG: nn.average_pool %{{.*}} window [3] pads [1, 1] count_include_pad
  // CHECK: bn.scale_shift
  // CHECK-NOT: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.average_pool %0 window [3] pads [1, 1] : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %3 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %4 = nn.average_pool %3 window [3] pads [1, 1] count_include_pad : (tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  %5 = bn.scale_shift %4, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2, %5 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// A negative scale would make a minimum of a maximum.
// CHECK-LABEL: @fold_through_max_pool
func.func @fold_through_max_pool(%x: tensor<1x1x4xf32>) -> (tensor<1x1x3xf32>, tensor<1x1x3xf32>) {
  // CHECK-DAG: nn.conv %{{.*}} bias
  // CHECK-DAG: %[[MAX:.*]] = nn.max_pool
  // CHECK: bn.scale_shift
  // CHECK-NOT: bn.scale_shift
  %two = arith.constant dense<2.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %negative = arith.constant dense<-2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.max_pool %0 window [2] : (tensor<1x1x4xf32>) -> tensor<1x1x3xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x3xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x3xf32>
  %3 = nn.conv %x, %two : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %4 = nn.max_pool %3 window [2] : (tensor<1x1x4xf32>) -> tensor<1x1x3xf32>
  %5 = bn.scale_shift %4, %negative, %shift {featureIndex = 1 : i64} : (tensor<1x1x3xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x3xf32>
  return %2, %5 : tensor<1x1x3xf32>, tensor<1x1x3xf32>
}

// -----

// Channel c of an image is elements 2c and 2c + 1 of its flat form.
// CHECK-LABEL: @fold_through_flatten_into_gemm
func.func @fold_through_flatten_into_gemm(%x: tensor<?x2x2xf32>) -> tensor<?x1xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00], [1.000000e+00], [1.000000e+01], [1.000000e+01]]>
  // CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<1.000000e+01> : tensor<1xf32>
  // CHECK: %[[FLAT:.*]] = nn.reshape %arg0
  // CHECK-NEXT: nn.gemm %[[FLAT]], %[[WEIGHTS]] bias %[[BIAS]]
  %weights = arith.constant dense<1.0> : tensor<4x1xf32>
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2x2xf32>
  %1 = nn.reshape %0 : (tensor<?x2x2xf32>) -> tensor<?x4xf32>
  %2 = nn.gemm %1, %weights : (tensor<?x4xf32>, tensor<4x1xf32>) -> tensor<?x1xf32>
  return %2 : tensor<?x1xf32>
}

// -----

// CHECK-LABEL: @fold_through_global_pool_into_gemm
func.func @fold_through_global_pool_into_gemm(%x: tensor<?x2x?x?xf32>) -> tensor<?x1xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00], [1.000000e+01]]>
  // CHECK: %[[MEAN:.*]] = nn.reduce_mean %arg0
  // CHECK-NEXT: nn.gemm %[[MEAN]], %[[WEIGHTS]] bias
  %weights = arith.constant dense<1.0> : tensor<2x1xf32>
  %scale = arith.constant dense<[1.0, 10.0]> : tensor<2xf64>
  %shift = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<?x2x?x?xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<?x2x?x?xf32>
  %1 = nn.reduce_mean %0 axes [2, 3] : (tensor<?x2x?x?xf32>) -> tensor<?x2xf32>
  %2 = nn.gemm %1, %weights : (tensor<?x2xf32>, tensor<2x1xf32>) -> tensor<?x1xf32>
  return %2 : tensor<?x1xf32>
}

// -----

// Pixel shuffle: channels 0, 2, 4, 6 become channel 0, so they take its scale;
// with 'column_row_depth' channels 0 to 3 do.
// CHECK-LABEL: @fold_through_depth_to_space
func.func @fold_through_depth_to_space(%x: tensor<1x1x1x1xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>) {
  // CHECK-DAG: %[[TILED:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00]]], {{\[\[\[}}3.000000e+00]]], {{\[\[\[}}2.000000e+00]]], {{\[\[\[}}3.000000e+00]]],
  // CHECK-DAG: %[[REPEATED:.*]] = arith.constant dense<{{\[\[\[\[}}2.000000e+00]]], {{\[\[\[}}2.000000e+00]]], {{\[\[\[}}2.000000e+00]]], {{\[\[\[}}2.000000e+00]]], {{\[\[\[}}3.000000e+00]]],
  // CHECK-DAG: nn.conv %arg0, %[[TILED]]
  // CHECK-DAG: nn.conv %arg0, %[[REPEATED]]
  // CHECK-NOT: bn.scale_shift
  %weights = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %shift = arith.constant dense<0.0> : tensor<2xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x1x1xf32>, tensor<8x1x1x1xf32>) -> tensor<1x8x1x1xf32>
  %1 = nn.depth_to_space %0 block 2 : (tensor<1x8x1x1xf32>) -> tensor<1x2x2x2xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2x2xf32>
  %3 = nn.conv %x, %weights : (tensor<1x1x1x1xf32>, tensor<8x1x1x1xf32>) -> tensor<1x8x1x1xf32>
  %4 = nn.depth_to_space %3 block 2 column_row_depth : (tensor<1x8x1x1xf32>) -> tensor<1x2x2x2xf32>
  %5 = bn.scale_shift %4, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x2x2xf32>
  return %2, %5 : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
}

// -----

// Margins repeat elements that are scaled themselves; a constant is not one.
// CHECK-LABEL: @fold_through_reflected_pad
func.func @fold_through_reflected_pad(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  // CHECK: %[[PAD:.*]] = nn.pad %arg0
  // CHECK: nn.conv %[[PAD]], %{{.*}} bias
  // CHECK: bn.scale_shift
  // CHECK-NOT: bn.scale_shift
  %weights = arith.constant dense<1.0> : tensor<1x1x3xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.pad %0 pads [0, 0, 1, 0, 0, 1] mode reflect : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %2 = nn.conv %1, %weights : (tensor<1x1x6xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  %3 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %4 = nn.tanh %3 : tensor<1x1x4xf32>
  return %2, %4 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// −t/s is the margin that becomes zero.
// CHECK-LABEL: @fold_through_pad_value
func.func @fold_through_pad_value(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[PAD:.*]] = nn.pad %arg0 pads [0, 0, 1, 0, 0, 1] value -5.000000e-01
  // CHECK-NEXT: nn.conv %[[PAD]], %{{.*}} bias
  %weights = arith.constant dense<1.0> : tensor<1x1x3xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.pad %0 pads [0, 0, 1, 0, 0, 1] : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %2 = nn.conv %1, %weights : (tensor<1x1x6xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Shuffled, transposed, sliced and resized features keep their numbers.
// CHECK-LABEL: @fold_through_movement
func.func @fold_through_movement(%x: tensor<1x1x3x4xf32>) -> tensor<1x4x6x1xf32> {
  // CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00]]], {{\[\[\[}}1.000000e+00]]], {{\[\[\[}}5.000000e+00]]], {{\[\[\[}}2.000000e+00]]]]>
  // CHECK: nn.conv %arg0, %[[WEIGHTS]]
  // CHECK-NEXT: nn.channel_shuffle
  // CHECK-NEXT: nn.slice
  // CHECK-NEXT: nn.transpose
  // CHECK-NEXT: nn.slice
  // CHECK-NEXT: nn.resize
  // CHECK-NEXT: return
  %weights = arith.constant dense<1.0> : tensor<4x1x1x1xf32>
  %scale = arith.constant dense<[5.0, 2.0]> : tensor<2xf64>
  %shift = arith.constant dense<0.0> : tensor<2xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x3x4xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x3x4xf32>
  %1 = nn.channel_shuffle %0 groups 2 : tensor<1x4x3x4xf32>
  %2 = nn.slice %1 offsets [0, 1, 0, 0] sizes [1, 2, 3, 4] steps [1, 2, 1, 1] : (tensor<1x4x3x4xf32>) -> tensor<1x2x3x4xf32>
  %3 = nn.transpose %2 permutation [0, 3, 2, 1] : (tensor<1x2x3x4xf32>) -> tensor<1x4x3x2xf32>
  %4 = bn.scale_shift %3, %scale, %shift {featureIndex = 3 : i64} : (tensor<1x4x3x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x4x3x2xf32>
  %5 = nn.slice %4 offsets [0, 0, 0, 0] sizes [1, 4, 3, 1] steps [1, 1, 1, 1] : (tensor<1x4x3x2xf32>) -> tensor<1x4x3x1xf32>
  %6 = nn.resize %5 nearest : (tensor<1x4x3x1xf32>) -> tensor<1x4x6x1xf32>
  return %6 : tensor<1x4x6x1xf32>
}

// -----

// Bounds of f16 that would be rounded are not moved: −1/3.
// CHECK-LABEL: @no_fold_inexact_bound_f16
func.func @no_fold_inexact_bound_f16(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  // CHECK: bn.scale_shift
  %weights = arith.constant dense<2.0> : tensor<1x1x1xf16>
  %scale = arith.constant dense<3.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  %1 = nn.relu %0 : tensor<1x1x4xf16>
  %2 = nn.conv %1, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  return %2 : tensor<1x1x4xf16>
}

// -----

// The upper bound comes last: where it is below the lower one, all numbers are
// 1, and −2·1 + 0.5 behind the scale-shift.
// CHECK-LABEL: @fold_through_clip_min_above_max
func.func @fold_through_clip_min_above_max(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.clip %{{.*}} to [-1.500000e+00, -1.500000e+00]
  // CHECK-NEXT: return
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<-2.0> : tensor<1xf64>
  %shift = arith.constant dense<0.5> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.clip %0 to [3.0, 1.0] : tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Downwards, 1 is −2·(−0.25) + 0.5.
// CHECK-LABEL: @fold_through_clip_min_above_max_downwards
func.func @fold_through_clip_min_above_max_downwards(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.clip %arg0 to [-2.500000e-01, -2.500000e-01]
  // CHECK-NEXT: nn.conv
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<-2.0> : tensor<1xf64>
  %shift = arith.constant dense<0.5> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.clip %0 to [3.0, 1.0] : tensor<1x1x4xf32>
  %2 = nn.conv %1, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// The lower bound of a max comes last, below the min that it is not one with.
// CHECK-LABEL: @fold_through_max_of_min
func.func @fold_through_max_of_min(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: %[[MAX:.*]] = nn.clip %{{.*}} to [-1.500000e+00, 0x7FF0000000000000]
  // CHECK-NEXT: %[[MIN:.*]] = nn.clip %[[MAX]] to [0xFFF0000000000000, -5.500000e+00]
  // CHECK-NEXT: return %[[MIN]]
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %one = arith.constant dense<1.0> : tensor<1x1x1xf32>
  %three = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<-2.0> : tensor<1xf64>
  %shift = arith.constant dense<0.5> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.min %0, %one : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %2 = nn.max %1, %three : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %3 = bn.scale_shift %2, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// A lower bound of +∞ leaves nothing of the numbers above.
// CHECK-LABEL: @no_fold_through_clip_at_infinity
func.func @no_fold_through_clip_at_infinity(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  // CHECK: nn.clip %{{.*}} to [0x7FF0000000000000, 0x7FF0000000000000]
  // CHECK-NEXT: bn.scale_shift
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf64>
  %shift = arith.constant dense<0.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = nn.clip %0 to [0x7FF0000000000000, 0x7FF0000000000000] : tensor<1x1x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %2 : tensor<1x1x4xf32>
}

// -----

// Nor does an upper bound of −∞, of one feature among others.
// CHECK-LABEL: @no_fold_through_min_at_minus_infinity
func.func @no_fold_through_min_at_minus_infinity(%x: tensor<1x1x4xf32>) -> tensor<1x2x4xf32> {
  // CHECK: nn.min
  // CHECK-NEXT: bn.scale_shift
  %weights = arith.constant dense<[[[3.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %bounds = arith.constant dense<[[0xFF800000], [1.0]]> : tensor<2x1xf32>
  %scale = arith.constant dense<[-2.0, 1.0]> : tensor<2xf64>
  %shift = arith.constant dense<[0.0, 0.5]> : tensor<2xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4xf32>
  %1 = nn.min %0, %bounds : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32>
  %2 = bn.scale_shift %1, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  return %2 : tensor<1x2x4xf32>
}

// -----

// No margin becomes −∞ below a scale of zero.
// CHECK-LABEL: @no_fold_zero_scale_through_pad
func.func @no_fold_zero_scale_through_pad(%x: tensor<1x1x4xf32>) -> tensor<1x1x6xf32> {
  // CHECK: bn.scale_shift
  // CHECK-NEXT: nn.pad
  %weights = arith.constant dense<3.0> : tensor<1x1x1xf32>
  %scale = arith.constant dense<0.0> : tensor<1xf64>
  %shift = arith.constant dense<1.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  %1 = nn.pad %0 pads [0, 0, 1, 0, 0, 1] value 0xFFF0000000000000 : (tensor<1x1x4xf32>) -> tensor<1x1x6xf32>
  %2 = nn.conv %1, %weights : (tensor<1x1x6xf32>, tensor<1x1x1xf32>) -> tensor<1x1x6xf32>
  return %2 : tensor<1x1x6xf32>
}

// -----

// A scale of zero makes t of any margin: the other feature's is as good.
// CHECK-LABEL: @fold_zero_scale_through_pad
func.func @fold_zero_scale_through_pad(%x: tensor<1x2x4xf32>) -> tensor<1x1x6xf32> {
  // CHECK: nn.pad %arg0 pads [0, 0, 1, 0, 0, 1] value -2.500000e-01
  // CHECK-NEXT: nn.conv
  // CHECK-NEXT: return
  %weights = arith.constant dense<[[[3.0], [2.0]]]> : tensor<1x2x1xf32>
  %scale = arith.constant dense<[0.0, 2.0]> : tensor<2xf64>
  %shift = arith.constant dense<[1.0, 1.5]> : tensor<2xf64>
  %0 = bn.scale_shift %x, %scale, %shift {featureIndex = 1 : i64} : (tensor<1x2x4xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<1x2x4xf32>
  %1 = nn.pad %0 pads [0, 0, 1, 0, 0, 1] value 1.0 : (tensor<1x2x4xf32>) -> tensor<1x2x6xf32>
  %2 = nn.conv %1, %weights : (tensor<1x2x6xf32>, tensor<1x2x1xf32>) -> tensor<1x1x6xf32>
  return %2 : tensor<1x1x6xf32>
}
