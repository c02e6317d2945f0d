// How far folding goes is an option of a compilation, not of passes alone.

// RUN: bn-opt %s --stop-after=fold -o - | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: bn-opt %s --stop-after=fold -o - --fold-tolerance=1 | FileCheck %s --check-prefixes=CHECK,DEFAULT
// RUN: bn-opt %s --stop-after=fold -o - --fold-tolerance=0 | FileCheck %s --check-prefixes=CHECK,EXACT
// RUN: bn-opt %s --stop-after=fold -o - --border-map-limit=8 | FileCheck %s --check-prefixes=CHECK,SMALL

// Without a value that makes sense nothing is compiled.
// RUN: not bn-opt %s --stop-after=fold -o %t.mlir --fold-tolerance=-1 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: error: --fold-tolerance expects a finite number that is not negative, but got -1
// NEGATIVE-NOT: {{.}}
// RUN: not bn-opt %s --stop-after=fold -o %t.mlir --fold-tolerance=nan 2>&1 | FileCheck %s --check-prefix=NAN
// NAN: error: --fold-tolerance expects a finite number that is not negative, but got nan
// NAN-NOT: {{.}}
// RUN: not bn-opt %s --stop-after=fold -o %t.mlir --fold-tolerance=inf 2>&1 | FileCheck %s --check-prefix=INF
// INF: error: --fold-tolerance expects a finite number that is not negative, but got inf
// INF-NOT: {{.}}
// RUN: not bn-opt %s --stop-after=fold -o %t.mlir --border-map-limit=-1 2>&1 | FileCheck %s --check-prefix=LIMIT
// LIMIT: error: --border-map-limit expects a number of elements that is not negative, but got -1
// LIMIT-NOT: {{.}}

// 0.3·1.1 is no f32: an exact fold is none.
// CHECK-LABEL: @rounded
// DEFAULT-NOT: bn.scale_shift
// SMALL-NOT: bn.scale_shift
// EXACT: bn.scale_shift
// CHECK: return
func.func @rounded(%x: tensor<1x1x9xf32>) -> tensor<1x1x9xf32> {
  %weights = arith.constant dense<0.3> : tensor<1x1x1xf32>
  %scale = arith.constant dense<1.1> : tensor<1xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %0 = nn.conv %x, %weights : (tensor<1x1x9xf32>, tensor<1x1x1xf32>) -> tensor<1x1x9xf32>
  %1 = bn.inference %0, %scale, %one, %one, %one {epsilon = 0.0 : f64, featureIndex = 1 : i64}
      : (tensor<1x1x9xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x9xf32>
  return %1 : tensor<1x1x9xf32>
}

// Above a padded window a shift becomes a constant of nine elements, as the sums
// at the borders differ; adding these up in f64 counts as an error, too.
// CHECK-LABEL: @border_map
// DEFAULT-NOT: bn.scale_shift
// DEFAULT: nn.add %{{.*}}, %{{.*}} : (tensor<1x1x9xf32>, tensor<1x1x9xf32>)
// EXACT: bn.scale_shift
// SMALL: bn.scale_shift
func.func @border_map(%x: tensor<1x1x9xf32>) -> tensor<1x1x9xf32> {
  %weights = arith.constant dense<0.5> : tensor<1x1x3xf32>
  %two = arith.constant dense<2.0> : tensor<1xf64>
  %0 = bn.scale_shift %x, %two, %two {featureIndex = 1 : i64} : (tensor<1x1x9xf32>, tensor<1xf64>, tensor<1xf64>) -> tensor<1x1x9xf32>
  %1 = nn.conv %0, %weights pads [1, 1] : (tensor<1x1x9xf32>, tensor<1x1x3xf32>) -> tensor<1x1x9xf32>
  return %1 : tensor<1x1x9xf32>
}
