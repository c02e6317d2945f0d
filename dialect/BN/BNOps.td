#ifndef BNOPT_BN_BNOPS
#define BNOPT_BN_BNOPS

include "dialect/BN/BNBase.td"
include "dialect/BN/BNNormGradientOps.td"
include "dialect/BN/BNPartialOps.td"

//===----------------------------------------------------------------------===//
// Inference
//===----------------------------------------------------------------------===//

def BN_InferenceOp : BN_Op<"inference", [AllTypesMatch<["input", "result"]>, BN_StopsGradients]> {
  let summary = "Batch normalization with given statistics";
  let description = [{
    `y = scale[c]·(x − mean[c])/√(variance[c] + epsilon) + offset[c]`, c along
    dimension 'featureIndex' (Ioffe and Szegedy, arXiv 1502.03167, algorithm 2).
    Parameters may be of another floating-point type than the data.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'input'.
    - (C2) 'scale', 'offset', 'mean' and 'variance' have one element per feature.
    - (C3) 'epsilon' is finite and not negative.

    ```mlir
    %y = bn.inference %x, %scale, %offset, %mean, %variance
        {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64}
       : (tensor<?x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
       -> tensor<?x64x56x56xf32>
    ```
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$offset,
                       BN_Vector:$mean, BN_Vector:$variance,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $offset `,` $mean `,` $variance attr-dict `:`
    functional-type(operands, results)
  }];
}

def BN_ScaleShiftOp : BN_Op<"scale_shift", [AllTypesMatch<["input", "result"]>, BN_Differentiable]> {
  let summary = "scale[c]·x + shift[c]: what inference batch norm becomes";
  let description = [{
    The currency of folding: an affine map of each feature. For batch
    normalization, `scale = s = γ/√(variance + epsilon)` and
    `shift = offset − mean·s`.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'input'.
    - (C2) 'scale' and 'shift' have one element per feature.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$shift,
                       I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $shift attr-dict `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

def BN_TrainingOp : BN_BatchStatisticsOp<"training", [BN_Differentiable]> {
  let summary = "Batch normalization with the statistics of the batch";
  let description = [{
    Normalizes by mean and population variance over all dimensions but
    'featureIndex' (arXiv 1502.03167, algorithm 1), and returns them.
    Running statistics are `bn.update_running`'s. The statistics have the
    element type of 'scale'. The variance of one element is 0, so its result is
    the offset; mean and variance of none are 0. 'meanRest', an optional result,
    is what rounding has taken from 'batchMean': their sum has digits that
    matter where the mean is thousands of deviations. No gradient goes through
    it.

    A NaN makes the statistics of its feature, and with them all of its results,
    NaN; an infinity makes them NaN or infinite. Other features stay as they are.

    Constraints: (C1), (C2) and (C3) as for `bn.inference`.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$offset,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$result, BN_Vector:$batchMean, BN_Vector:$batchVariance,
                      Optional<BN_MeanRest>:$meanRest);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $offset attr-dict `:` functional-type(operands, results)
  }];
}

def BN_UpdateRunningOp : BN_Op<"update_running", [AllTypesMatch<["running", "statistic", "result"]>, BN_StopsGradients]> {
  let summary = "Moves a running mean or variance towards the batch's";
  let description = [{
    Convention `keep`: `r ← m·r + (1−m)·stat`; `update`: `r ← (1−m)·r + m·stat`.
    With estimator `sample` the statistic, a population variance over
    'count' elements, is first multiplied by `count/(count − 1)`; a count of 1
    leaves it as it is. A count of 0 leaves 'running' unchanged.

    Constraints:
    - (C1) 'momentum' lies in 0..1.
    - (C2) 'count' is not negative.
  }];
  let arguments = (ins BN_Vector:$running, BN_Vector:$statistic, F64Attr:$momentum,
                       BN_MomentumConvention:$convention,
                       BN_VarianceEstimator:$estimator, I64Attr:$count);
  let results = (outs BN_Vector:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The factors of 'running' and 'statistic', whose products add up to the
    /// result; for a count that is not 0.
    std::pair<double, double> getFactors();
  }];
  let assemblyFormat = [{
    $running `,` $statistic $convention $estimator attr-dict `:` type($running)
  }];
}

def BN_UpdateCumulativeOp : BN_Op<"update_cumulative", [AllTypesMatch<["running", "statistic", "result"]>, BN_StopsGradients]> {
  let summary = "Takes a batch's mean or variance into the mean over all batches so far";
  let description = [{
    `r ← r + (stat − r)/k`, where k is 'batches', the number of batches so far
    and this one: PyTorch's `momentum=None`. The first batch replaces 'running';
    after k batches it is the mean of their statistics. With estimator `sample`
    the statistic is corrected by 'count' as by `bn.update_running`. A count of 0
    leaves 'running' unchanged; such a batch is not one to count. A number of
    batches below 1 has no meaning.

    Constraints:
    - (C1) 'count' is not negative.
  }];
  let arguments = (ins BN_Vector:$running, BN_Vector:$statistic,
                       0DTensorOf<[AnyFloat]>:$batches,
                       BN_VarianceEstimator:$estimator, I64Attr:$count);
  let results = (outs BN_Vector:$result);
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What the statistic is multiplied by; for a count that is not 0.
    double getCorrection();
  }];
  let assemblyFormat = [{
    $running `,` $statistic `,` $batches $estimator attr-dict `:`
    type($running) `,` type($batches)
  }];
}

def BN_GradientOp : BN_InferringOp<"gradient"> {
  let summary = "Gradients of training batch normalization";
  let description = [{
    With x̂ = (x − mean)/√(variance + epsilon) and n elements per feature:
    `dOffset = Σ dy`, `dScale = Σ dy·x̂`,
    `dx = scale/√(variance + epsilon)·(dy − dOffset/n − x̂·dScale/n)`.
    'mean' and 'variance' are the batch's, as `bn.training` returned them; what
    rounding took from the mean is found again in the input. Of a feature of one
    element dx and dScale are 0; sums over no elements are 0.

    Constraints: (C1), (C2) and (C3) as for `bn.inference`;
    - (C4) 'outputGradient' has the shape of 'input'.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$mean,
                       BN_Vector:$variance, BN_Tensor:$outputGradient,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$inputGradient, BN_Vector:$scaleGradient,
                      BN_Vector:$offsetGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $mean `,` $variance `,` $outputGradient attr-dict `:`
    functional-type(operands, results)
  }];
}

def BN_StatisticsOp : BN_BatchStatisticsOp<"statistics", [BN_Differentiable]> {
  let summary = "Mean and population variance of each feature: the first part of bn.training";
  let description = [{
    The statistics have the element type of 'input', or f32 if that is narrower.
    'meanRest' is optional, as that of `bn.training`.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'input'.
  }];
  let arguments = (ins BN_Tensor:$input, I64Attr:$featureIndex);
  let results = (outs BN_Vector:$mean, BN_Vector:$variance, Optional<BN_MeanRest>:$meanRest);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def BN_NormalizeOp : BN_Op<"normalize", [AllTypesMatch<["input", "result"]>, BN_StopsGradients]> {
  let summary = "Normalizes by computed statistics: the second part of bn.training";
  let description = [{
    The formula of `bn.inference`; the statistics are values of this step, so
    nothing folds. With a 'meanRest' the mean is the sum of both.

    Constraints: (C1), (C2) and (C3) as for `bn.inference`; (C2) of 'meanRest' too.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$offset,
                       BN_Vector:$mean, BN_Vector:$variance, Optional<BN_MeanRest>:$meanRest,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $offset `,` $mean `,` $variance (`rest` $meanRest^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def BN_GradientStatisticsOp : BN_InferringOp<"gradient_statistics"> {
  let summary = "Scale and offset gradients: the first part of bn.gradient";
  let description = [{
    With a 'meanRest' the mean is the sum of both.

    Constraints: (C1), (C2), (C3) as for `bn.inference`; (C2) of 'meanRest' too;
    - (C4) 'outputGradient' has the shape of 'input'.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$mean, BN_Vector:$variance,
                       BN_Tensor:$outputGradient, Optional<BN_MeanRest>:$meanRest,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Vector:$scaleGradient, BN_Vector:$offsetGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $mean `,` $variance `,` $outputGradient (`rest` $meanRest^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def BN_GradientInputOp : BN_Op<"gradient_input", [AllTypesMatch<["input", "outputGradient", "result"]>]> {
  let summary = "Input gradient: the second part of bn.gradient";
  let description = [{
    With a 'meanRest' the mean is the sum of both.

    Constraints: (C1), (C2), (C3) as for `bn.inference`; (C2) of 'meanRest' too.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$mean,
                       BN_Vector:$variance, BN_Tensor:$outputGradient,
                       BN_Vector:$scaleGradient, BN_Vector:$offsetGradient,
                       Optional<BN_MeanRest>:$meanRest,
                       F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $mean `,` $variance `,` $outputGradient `,`
    $scaleGradient `,` $offsetGradient (`rest` $meanRest^)? attr-dict `:`
    functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Relatives
//===----------------------------------------------------------------------===//

def BN_LayerNormOp : BN_Op<"layer_norm", [AllTypesMatch<["input", "result"]>, BN_Differentiable]> {
  let summary = "Normalization over the trailing dimensions of each sample (arXiv 1607.06450)";
  let description = [{
    Mean and population variance over dimensions 'axis' and later; scale and
    offset have the shape of those dimensions.

    Constraints:
    - (C1) 'axis' is within the rank of 'input'.
    - (C2) 'scale' and 'offset' have the shape of the normalized dimensions.
    - (C3) 'epsilon' is finite and not negative.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Tensor:$scale, Optional<BN_Tensor>:$offset,
                       F64Attr:$epsilon, I64Attr:$axis);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale (`,` $offset^)? attr-dict `:` functional-type(operands, results)
  }];
}

def BN_RMSNormOp : BN_Op<"rms_norm", [AllTypesMatch<["input", "result"]>, BN_Differentiable]> {
  let summary = "Division by the root mean square of the trailing dimensions (arXiv 1910.07467)";
  let description = [{
    `y = scale·x/√(mean(x²) + epsilon)` over dimensions 'axis' and later.

    Constraints: (C1), (C2) and (C3) as for `bn.layer_norm`.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Tensor:$scale, F64Attr:$epsilon, I64Attr:$axis);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = "$input `,` $scale attr-dict `:` functional-type(operands, results)";
}

def BN_GroupNormOp : BN_Op<"group_norm", [AllTypesMatch<["input", "result"]>, BN_Differentiable]> {
  let summary = "Normalization over groups of channels of each sample (arXiv 1803.08494)";
  let description = [{
    Statistics over C/groups channels (dimension 1) and all spatial positions;
    instance norm is `groups = C`.

    Constraints:
    - (C1) 'input' has at least two dimensions.
    - (C2) 'scale' and 'offset' have one element per channel.
    - (C3) 'epsilon' is finite and not negative.
    - (C4) 'groups' is positive and divides the channels.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Vector:$offset,
                       I64Attr:$groups, F64Attr:$epsilon);
  let results = (outs BN_Tensor:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $offset attr-dict `:` functional-type(operands, results)
  }];
}

#endif // BNOPT_BN_BNOPS
