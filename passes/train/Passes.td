//===- Passes.td - Models that train ------------------------------------===//

#ifndef BNOPT_PASSES_TRAIN_PASSES
#define BNOPT_PASSES_TRAIN_PASSES

include "mlir/Pass/PassBase.td"

def SimplifyTrainingPass : Pass<"bn-simplify-training", "::mlir::func::FuncOp"> {
  let summary = "Remove training without elements, and results that nobody reads";
  let description = [{
    - Statistics and gradients of parameters over no elements are zero; there is
      nothing to normalize.
    - A `bn.update_running` by a count of 0 is its 'running'.
    - A `bn.training` whose result is not read is its `bn.statistics`, if these
      have the same type.

    ```mlir
    %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
        : (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<0x3xf32>, tensor<3xf32>, tensor<3xf32>)
    // becomes %x and
    %mean = arith.constant dense<0.0> : tensor<3xf32>
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect"];
}

def SplitTrainingPass : Pass<"bn-split-training", "::mlir::func::FuncOp"> {
  let summary = "Split training and its gradient into statistics and what uses them";
  let description = [{
    All of a feature is read before its first element can be normalized, so
    there are two sweeps; each can be computed with what stands beside it.
    - The statistics of a `bn.training` have the type of its input, or f32 if
      that is narrower.
    - The scale of a `bn.gradient` has the type of the mean.

    ```mlir
    %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : …
    %y = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect"];
  let statistics = [
    Statistic<"numSplit", "num-split", "training operators and gradients split">,
  ];
}

#endif // BNOPT_PASSES_TRAIN_PASSES
