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
    - A `bn.update_running` or `bn.update_cumulative` by a count of 0 is its
      'running'.
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

def SplitVirtualBatchesPass : Pass<"bn-split-virtual-batches", "::mlir::func::FuncOp"> {
  let summary = "Normalize parts of the batch by statistics of their own";
  let description = [{
    Ghost batch normalization (arXiv 1705.08741): a `bn.training` over a batch,
    dimension 0, of more than 'size' samples becomes one for each 'size' of them;
    the last one takes what is left. Running statistics are updated by each part
    in turn, with its number of elements. A `bn.gradient` by the statistics of
    such a training becomes those of the parts; gradients of scale and offset
    are their sums.

    It needs
    - a known shape, and features along another dimension,
    - statistics that nothing but `bn.update_running` and `bn.gradient` reads, and
      no 'meanRest'.

    ```mlir
    %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : (tensor<4x3xf32>, …) -> …
    // becomes with a size of 2
    %x0 = nn.slice %x offsets [0, 0] sizes [2, 3] steps [1, 1] : …
    %x1 = nn.slice %x offsets [2, 0] sizes [2, 3] steps [1, 1] : …
    %y0, %mean0, %variance0 = bn.training %x0, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    %y1, %mean1, %variance1 = bn.training %x1, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    %y = nn.concat %y0, %y1 axis 0 : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect"];
  let options = [
    Option<"size", "size", "int64_t", "32", "samples of a virtual batch">,
  ];
  let statistics = [
    Statistic<"numSplit", "num-split", "training operators split">,
  ];
}

def SplitTrainingPass : Pass<"bn-split-training", "::mlir::func::FuncOp"> {
  let summary = "Split training and its gradient into statistics and what uses them";
  let description = [{
    All of a feature is read before its first element can be normalized, so
    there are two sweeps; each can be computed with what stands beside it.
    Statistics are computed in the type of the data, gradients in that of the
    mean, in f32 if that is narrower, and cast to the type of the scale.

    As one operator they are one kernel, which may find in cache what it reads
    twice. `where` names the reasons to split nevertheless:
    - `all`: none is needed.
    - `loaded`: what is normalized, or what a cheap activation makes of it, can be
      computed by what reads it while that loads: by every reader, so that it is
      not stored, or by the gate of the gradient, which reads the same input.
    - `shared`: statistics of the same features are taken elsewhere, of a
      concatenation of the input or of a part of it.
    - `produced`: the convolution that computes the input, or the gradient of one
      that computes the output's gradient, can take statistics on the way
      (`bn-form-kernels`).

    Gradients are split for `all` and `produced` only.

    ```mlir
    %y, %mean, %variance = bn.training %x, %scale, %offset {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : …
    %y = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"where", "where", "::bnopt::SplitWhere",
           /*default=*/"::bnopt::SplitWhere::All",
           "what is split", [{::llvm::cl::values(
             clEnumValN(::bnopt::SplitWhere::All, "all", "everything"),
             clEnumValN(::bnopt::SplitWhere::Loaded, "loaded", "what readers can compute in their loads"),
             clEnumValN(::bnopt::SplitWhere::Shared, "shared", "what shares statistics"),
             clEnumValN(::bnopt::SplitWhere::Produced, "produced",
                        "what is computed where its statistics can be taken"))}]>,
  ];
  let statistics = [
    Statistic<"numSplit", "num-split", "training operators and gradients split">,
  ];
}

def ShareStatisticsPass : Pass<"bn-share-statistics", "::mlir::func::FuncOp"> {
  let summary = "Take the statistics of a concatenation from its parts";
  let description = [{
    Statistics belong to the feature, wherever it is read. In a dense block every
    normalization reads all features that were made before it; each needs
    statistics once, when it is made.
    - A `bn.statistics` of a `nn.concat` along the features becomes the `nn.concat`
      of the statistics of the parts, if those of a part are taken elsewhere, too.
    - A `bn.statistics` of the same input as another one is the other one.

    ```mlir
    %0 = nn.concat %a, %b axis 1 : …
    %mean, %variance = bn.statistics %a {featureIndex = 1 : i64} : …
    %mean1, %variance1 = bn.statistics %0 {featureIndex = 1 : i64} : …
    // becomes
    %0 = nn.concat %a, %b axis 1 : …
    %mean, %variance = bn.statistics %a {featureIndex = 1 : i64} : …
    %mean0, %variance0 = bn.statistics %b {featureIndex = 1 : i64} : …
    %mean1 = nn.concat %mean, %mean0 axis 0 : …
    %variance1 = nn.concat %variance, %variance0 axis 0 : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect"];
  let statistics = [
    Statistic<"numShared", "num-shared", "statistics made of those of parts">,
  ];
}

def RecomputeNormalizedPass : Pass<"bn-recompute-normalized", "::mlir::func::FuncOp"> {
  let summary = "Let gradients compute again what they compare with";
  let description = [{
    The gate of an activation reads what the activation has made of normalized
    data. The gradient of that normalization reads the data themselves, and can
    make the same of them while it loads.
    - The result of the `nn.gate` is read by one `bn.gradient` (or its parts) alone.
    - The value that it compares with is the `bn.normalize` of what this one reads,
      or a cheap activation of it, which others read, too.

    ```mlir
    %0 = bn.normalize %x, … : …
    %1 = nn.relu %0 : …
    %2 = nn.gate %dy, %1 between [0.0, 0x7FF0000000000000] : …
    %dx, %dscale, %doffset = bn.gradient %x, %scale, %mean, %variance, %2 … : …
    // becomes, beside what %1 was,
    %3 = bn.normalize %x, … : …
    %4 = nn.relu %3 : …
    %2 = nn.gate %dy, %4 between [0.0, 0x7FF0000000000000] : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect"];
  let statistics = [
    Statistic<"numRecomputed", "num-recomputed", "gates that compute again what they compare with">,
  ];
}

def CompleteMeansPass : Pass<"bn-complete-means", "::mlir::func::FuncOp"> {
  let summary = "Give readers of a rounded mean what rounding has taken from it";
  let description = [{
    A mean of ten thousand deviations, rounded to f32, is off by 6e-4 of one. Who
    computes it can return that as well. It becomes an operand of what subtracts
    the mean, a `bn.normalize`, `bn.gradient_statistics` or `bn.gradient_input`,
    where
    - the mean is a result of a `bn.training` or a `bn.statistics`, or a `nn.concat`
      of such,
    - it is of f32. An f64 mean is as it was computed, a narrower one has lost
      more than a second one can hold.

    ```mlir
    %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : …
    %y = bn.normalize %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %mean, %variance, %rest = bn.statistics %x {featureIndex = 1 : i64} : …
    %y = bn.normalize %x, %scale, %offset, %mean, %variance rest %rest {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect"];
  let statistics = [
    Statistic<"numCompleted", "num-completed", "readers of means that have got the rest">,
  ];
}

#endif // BNOPT_PASSES_TRAIN_PASSES
