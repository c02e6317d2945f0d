//===- Passes.td - Models that train ------------------------------------===//

#ifndef BNOPT_PASSES_TRAIN_PASSES
#define BNOPT_PASSES_TRAIN_PASSES

include "mlir/Pass/PassBase.td"

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
