//===- Passes.td - Models that train ------------------------------------===//

#ifndef BNOPT_PASSES_TRAIN_PASSES
#define BNOPT_PASSES_TRAIN_PASSES

include "mlir/Pass/PassBase.td"

def DifferentiatePass : Pass<"bn-differentiate", "::mlir::func::FuncOp"> {
  let summary = "Append a backward part that computes gradients";
  let description = [{
    Reverse mode. The function keeps its arguments and results, and gets
    - an argument NAME.gradient for each result NAME that depends on what is
      differentiated: the gradient of a loss with respect to it;
    - a result NAME.gradient for each argument and parameter NAME that those
      results depend on. What they do not depend on gets none.

    Parameters are constants with a `bn.name`, which initializers of ONNX models
    get where they are differentiated, and those that are resources; they are
    called by that name, or by the resource's.

    - Every operator between the two has an adjoint
      (`DifferentiableOpInterface`), or is refused by name.
    - All shapes between the two are static.
    - The running statistics of a training batch norm are results as before,
      and no gradient goes through them. The mean and variance of a
      `bn.inference` are frozen: constants, whatever they depend on.
    - At a kink the adjoint is one of the slopes beside it; equal maxima in a
      window count as the first one, and equal operands of min and max as 'lhs'.

    Activations that the backward part reads are kept. With `recompute-budget`
    no more of them than so many bytes are, if possible: results of elementwise
    operators and normalizations are computed again, those first that free most
    bytes per operation.

    ```mlir
    func.func @f(%x: tensor<4xf32> {bn.name = "x"}) -> (tensor<4xf32> {bn.name = "y"}) {
      %y = nn.relu %x : tensor<4xf32>
      return %y : tensor<4xf32>
    }
    // becomes
    func.func @f(%x: tensor<4xf32> {bn.name = "x"}, %dy: tensor<4xf32> {bn.name = "y.gradient"})
        -> (tensor<4xf32> {bn.name = "y"}, tensor<4xf32> {bn.name = "x.gradient"}) {
      %y = nn.relu %x : tensor<4xf32>
      %dx = nn.gate %dy, %y between [0.0, 0x7FF0000000000000] : tensor<4xf32>
      return %y, %dx : tensor<4xf32>, tensor<4xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::bnopt::bn::BNDialect",
                           "::bnopt::nn::NNDialect"];
  let options = [
    Option<"withRespectTo", "with-respect-to", "::bnopt::GradientsOf",
           /*default=*/"::bnopt::GradientsOf::All",
           "what gets a gradient", [{::llvm::cl::values(
             clEnumValN(::bnopt::GradientsOf::Inputs, "inputs", "the arguments"),
             clEnumValN(::bnopt::GradientsOf::Parameters, "parameters", "the parameters"),
             clEnumValN(::bnopt::GradientsOf::All, "all", "arguments and parameters"))}]>,
    Option<"recomputeBudget", "recompute-budget", "int64_t", /*default=*/"-1",
           "bytes of activations that may be kept for the backward part; a negative number is no limit">,
  ];
  let statistics = [
    Statistic<"numGradients", "num-gradients", "gradients that are results">,
    Statistic<"numRecomputed", "num-recomputed", "activations computed again">,
    Statistic<"keptBytes", "kept-bytes", "bytes of activations kept, where there is a budget">,
  ];
}

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
    Statistics are computed in the type of the data, gradients in that of the
    mean, in f32 if that is narrower, and cast to the type of the scale.

    ```mlir
    %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : …
    %y = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numSplit", "num-split", "training operators and gradients split">,
  ];
}

#endif // BNOPT_PASSES_TRAIN_PASSES
