// Parts of the batch have statistics of their own: bn-split-virtual-batches.
// RUN: bn-opt %s --bn-split-virtual-batches=size=2 --split-input-file | FileCheck %s

// CHECK-LABEL: @split_training
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<4x3xf32>, %[[SCALE:[a-z0-9]*]]: tensor<3xf32>, %[[OFFSET:[a-z0-9]*]]: tensor<3xf32>
func.func @split_training(%x: tensor<4x3xf32>, %scale: tensor<3xf32>, %offset: tensor<3xf32>) -> tensor<4x3xf32> {
  // CHECK: %[[X0:.*]] = nn.slice %[[X]] offsets [0, 0] sizes [2, 3] steps [1, 1]
  // CHECK: %[[X1:.*]] = nn.slice %[[X]] offsets [2, 0] sizes [2, 3] steps [1, 1]
  // CHECK: %[[Y0:.*]], %{{.*}}, %{{.*}} = bn.training %[[X0]], %[[SCALE]], %[[OFFSET]] {epsilon = 1.000000e-03 : f64, featureIndex = 1 : i64}
  // CHECK: %[[Y1:.*]], %{{.*}}, %{{.*}} = bn.training %[[X1]], %[[SCALE]], %[[OFFSET]]
  // CHECK: %[[Y:.*]] = nn.concat %[[Y0]], %[[Y1]] axis 0
  // CHECK-NEXT: return %[[Y]]
  %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<4x3xf32>
}

// -----

// One step per part; the last one has a sample less.
// CHECK-LABEL: @split_running
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<3x5x4xf32>, %[[P:[a-z0-9]*]]: tensor<5xf32>
func.func @split_running(%x: tensor<3x5x4xf32>, %p: tensor<5xf32>) -> (tensor<3x5x4xf32>, tensor<5xf32>) {
  // CHECK: %{{.*}}, %{{.*}}, %[[V0:.*]] = bn.training %{{.*}} : (tensor<2x5x4xf32>
  // CHECK: %{{.*}}, %{{.*}}, %[[V1:.*]] = bn.training %{{.*}} : (tensor<1x5x4xf32>
  // CHECK: %[[R0:.*]] = bn.update_running %[[P]], %[[V0]] update sample {count = 8 : i64, momentum = 1.000000e-01 : f64}
  // CHECK: %[[R1:.*]] = bn.update_running %[[R0]], %[[V1]] update sample {count = 4 : i64, momentum = 1.000000e-01 : f64}
  // CHECK: return %{{.*}}, %[[R1]]
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<3x5x4xf32>, tensor<5xf32>, tensor<5xf32>) -> (tensor<3x5x4xf32>, tensor<5xf32>, tensor<5xf32>)
  %running = bn.update_running %p, %variance update sample {count = 12 : i64, momentum = 0.1 : f64} : tensor<5xf32>
  return %y, %running : tensor<3x5x4xf32>, tensor<5xf32>
}

// -----

// CHECK-LABEL: @split_gradient
func.func @split_gradient(%x: tensor<4x3xf32>, %p: tensor<3xf32>, %dy: tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) {
  // CHECK: %{{.*}}, %[[M0:.*]], %[[V0:.*]] = bn.training
  // CHECK: %{{.*}}, %[[M1:.*]], %[[V1:.*]] = bn.training
  // CHECK: %[[DY0:.*]] = nn.slice %arg2 offsets [0, 0]
  // CHECK: %[[DY1:.*]] = nn.slice %arg2 offsets [2, 0]
  // CHECK: %[[DX0:.*]], %[[DS0:.*]], %[[DO0:.*]] = bn.gradient %{{.*}}, %arg1, %[[M0]], %[[V0]], %[[DY0]]
  // CHECK: %[[DX1:.*]], %[[DS1:.*]], %[[DO1:.*]] = bn.gradient %{{.*}}, %arg1, %[[M1]], %[[V1]], %[[DY1]]
  // CHECK-DAG: %[[DX:.*]] = nn.concat %[[DX0]], %[[DX1]] axis 0
  // CHECK-DAG: %[[DS:.*]] = nn.add %[[DS0]], %[[DS1]]
  // CHECK-DAG: %[[DO:.*]] = nn.add %[[DO0]], %[[DO1]]
  // CHECK: return %[[DX]], %[[DS]], %[[DO]]
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  %dx, %ds, %do = bn.gradient %x, %p, %mean, %variance, %dy {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %dx, %ds, %do : tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>
}

// -----

// Somebody reads the statistics of the whole batch.
// CHECK-LABEL: @no_split_statistics_are_read
func.func @no_split_statistics_are_read(%x: tensor<4x3xf32>, %p: tensor<3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>) {
  // CHECK-NOT: nn.slice
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y, %mean : tensor<4x3xf32>, tensor<3xf32>
}

// -----

// A gradient may read one as such, and as something else.
// CHECK-LABEL: @no_split_statistics_as_scale
func.func @no_split_statistics_as_scale(%x: tensor<4x3xf32>, %p: tensor<3xf32>, %dy: tensor<4x3xf32>) -> tensor<4x3xf32> {
  // CHECK-NOT: nn.slice
  // CHECK: %{{.*}}, %[[M:.*]], %[[V:.*]] = bn.training
  // CHECK: bn.gradient %{{.*}}, %[[M]], %[[M]], %[[V]]
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  %dx, %ds, %do = bn.gradient %x, %mean, %mean, %variance, %dy {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4x3xf32>) -> (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %dx : tensor<4x3xf32>
}

// -----

// CHECK-LABEL: @no_split_unknown_batch
func.func @no_split_unknown_batch(%x: tensor<?x3xf32>, %p: tensor<3xf32>) -> tensor<?x3xf32> {
  // CHECK-NOT: nn.slice
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: @no_split_small_batch
func.func @no_split_small_batch(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  // CHECK-NOT: nn.slice
  %y, %mean, %variance = bn.training %x, %p, %p {epsilon = 1.0e-03 : f64, featureIndex = 1 : i64}
      : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %y : tensor<2x3xf32>
}
