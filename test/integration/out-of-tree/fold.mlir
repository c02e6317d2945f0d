// A project outside the tree finds the installed package, gives an operator of
// its own the interface, and folds into it.

// DEFINE: %{configure} = cmake -G Ninja -S %S -DCMAKE_C_COMPILER=%cc -DCMAKE_CXX_COMPILER=%cxx \
// DEFINE:   -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_BUILD_TYPE=Release -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld
// DEFINE: %{fold} = --pass-pipeline='builtin.module(bn-fold)'

// RUN: rm -rf %t && mkdir -p %t
// RUN: cmake --install %bnopt_binary --prefix %t/prefix --component Development
// RUN: %{configure} -B %t/build -DCMAKE_PREFIX_PATH=%t/prefix
// RUN: cmake --build %t/build
// RUN: %t/build/tiny-opt %s %{fold} | FileCheck %s

// The package of the build folder serves as well.
// RUN: %{configure} -B %t/second -DBNOpt_DIR=%bnopt_binary/cmake
// RUN: cmake --build %t/second
// RUN: %t/second/tiny-opt %s %{fold} | FileCheck %s

// CHECK-LABEL: @dense
// CHECK-DAG: %[[WEIGHTS:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [-3.000000e+00, -4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[5.000000e-01, 4.000000e+00]> : tensor<2xf32>
// CHECK: tiny.dense %{{.*}}, %[[WEIGHTS]], %[[BIAS]]
// CHECK-NEXT: return
func.func @dense(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = tiny.dense %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %scale = arith.constant dense<[2.0, -2.0]> : tensor<2xf32>
  %offset = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %mean = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %variance = arith.constant dense<4.0> : tensor<2xf32>
  %1 = bn.inference %0, %scale, %offset, %mean, %variance {epsilon = 0.0 : f64, featureIndex = 1 : i64}
     : (tensor<?x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %1 : tensor<?x2xf32>
}
