// What remarks say to machines: the rule, the bound and the end of each fold,
// and the kind of obstacle of each normalization that stays.

// RUN: bn-opt %s --bn-fold=keep-invalid --split-input-file --remarks-filter=bn-fold -o /dev/null 2>&1 | FileCheck %s

// 0.3·1.1 is off by 6·10⁻⁸ at most.
// CHECK: node 'folded': [Passed] Folded | Category:bn-fold | Bound={{[1-5]\.[0-9]+}}e-08, Into=nn.conv, Node=conv, Op=bn.scale_shift, Rule="W' = s*W, b' = s*b + t"
func.func @folded(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf32>
  %scale = arith.constant dense<1.1> : tensor<1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32> loc("conv")
  %1 = bn.inference %0, %scale, %one, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("folded")
  return %1 : tensor<1x1x4xf32>
}

// -----

// Into the sum of branches, whose weights are as exact.
// CHECK: node 'branch': [Passed] Folded | Category:bn-fold | Bound={{[1-5]\.[0-9]+}}e-08, Into=nn.conv, Node="wide, narrow", Op=bn.scale_shift, Rule="W = sum of s*W
func.func @branches(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %wide = arith.constant dense<0.3> : tensor<1x1x3xf32>
  %narrow = arith.constant dense<0.7> : tensor<1x1x1xf32>
  %scale = arith.constant dense<1.1> : tensor<1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %wide pads [1, 1] : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32> loc("wide")
  %1 = nn.conv %x, %narrow : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32> loc("narrow")
  %2 = bn.inference %1, %scale, %one, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32> loc("branch")
  %3 = nn.add %0, %2 : (tensor<1x1x4xf32>, tensor<1x1x4xf32>) -> tensor<1x1x4xf32>
  return %3 : tensor<1x1x4xf32>
}

// -----

// CHECK: [Missed] Kept | Category:bn-fold | Cause=multi-use, Op=bn.scale_shift
func.func @multi_use(%x: tensor<1x1x4xf32>) -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// Along the rows, where the columns would do: also where sizes coincide.
// CHECK: Kept | Category:bn-fold | Cause=axis-mismatch, Op=bn.scale_shift
func.func @axis_mismatch(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %weights = arith.constant dense<0.3> : tensor<2x2xf32>
  %two = arith.constant dense<2.0> : tensor<2xf64>
  %0 = nn.gemm %x, %weights : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 0 : i64} : (tensor<2x2xf32>, tensor<2xf64>, tensor<2xf64>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// CHECK: Kept | Category:bn-fold | Cause=numeric, Op=bn.scale_shift
func.func @numeric(%x: tensor<1x1x4xf16>) -> tensor<1x1x4xf16> {
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf16>
  %scale = arith.constant dense<1.1> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf16>, tensor<1x1x1xf16>) -> tensor<1x1x4xf16>
  %1 = bn.scale_shift %0, %scale, %scale {featureIndex = 1 : i64} : (tensor<1x1x4xf16>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf16>
  return %1 : tensor<1x1x4xf16>
}

// -----

// CHECK: Kept | Category:bn-fold | Cause=non-constant-parameter, Op=bn.inference, Reason="'mean' is not a constant"
func.func @non_constant_parameter(%x: tensor<1x1x4xf32>, %mean: tensor<1xf32>) -> tensor<1x1x4xf32> {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = bn.inference %x, %one, %one, %mean, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}

// -----

// CHECK: Kept | Category:bn-fold | Cause=non-constant-parameter, Op=bn.scale_shift, Reason="above, the weights of 'nn.conv' are not a constant
func.func @non_constant_weights(%x: tensor<1x1x4xf32>, %weights: tensor<1x1x1xf32>) -> tensor<1x1x4xf32> {
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %0 = nn.conv %x, %weights : (tensor<1x1x4xf32>, tensor<1x1x1xf32>) -> tensor<1x1x4xf32>
  %1 = bn.scale_shift %0, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x4xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// CHECK: Kept | Category:bn-fold | Cause=invalid-parameter, Op=bn.inference
func.func @invalid_parameter(%x: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %variance = arith.constant dense<-1.0> : tensor<1xf32>
  %0 = bn.inference %x, %one, %one, %one, %variance {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x4xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  return %0 : tensor<1x1x4xf32>
}

// -----

// Statistics of the batch never fold: user issue 42.
// CHECK: node 'training': [Missed] Kept | Category:bn-fold | Cause=training-statistics, Op=bn.training, Reason="mean and variance are those of the batch"
func.func @training_statistics(%x: tensor<2x1x4xf32>) -> tensor<2x1x4xf32> {
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<2x1x4xf32>, tensor<1x1x1xf32>) -> tensor<2x1x4xf32>
  %1:3 = bn.training %0, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<2x1x4xf32>, tensor<1xf32>, tensor<1xf32>) -> (tensor<2x1x4xf32>, tensor<1xf32>, tensor<1xf32>) loc("training")
  return %1#0 : tensor<2x1x4xf32>
}

// -----

// CHECK: Kept | Category:bn-fold | Cause=computed-statistics, Op=bn.layer_norm
func.func @computed_statistics(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %scale = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = bn.layer_norm %x, %scale {axis = 1 : i64, epsilon = 0.5 : f64} : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %0 : tensor<2x4xf32>
}

// -----

// What was written out goes by the names of its operators.
// CHECK: node 'product': [Analysis] Recognized | Category:bn-fold | Op=bn.scale_shift
// CHECK: Kept | Category:bn-fold | Cause=function-boundary, Op=bn.scale_shift
func.func @recognized(%x: tensor<1x2x4xf32>) -> tensor<1x2x4xf32> {
  %c = arith.constant dense<[[2.0], [3.0]]> : tensor<2x1xf32>
  %0 = nn.mul %x, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32> loc("product")
  %1 = nn.add %0, %c : (tensor<1x2x4xf32>, tensor<2x1xf32>) -> tensor<1x2x4xf32> loc("sum")
  return %1 : tensor<1x2x4xf32>
}
