#ifndef BNOPT_BN_BNPARTIALOPS
#define BNOPT_BN_BNPARTIALOPS

include "dialect/BN/BNBase.td"

//===----------------------------------------------------------------------===//
// Statistics of runs
//===----------------------------------------------------------------------===//

def BN_PartialStatisticsOp : BN_InferringOp<"partial_statistics"> {
  let summary = "Sums over runs of elements that bn.merge_statistics makes statistics of";
  let description = [{
    A run is 'run' neighbouring elements of a feature along the last dimension.
    'first' has the first element f of each, 'distances' `Σ (x − f)` and 'squares'
    `Σ (x − f)²` over it. What computes 'input' can compute them on the way.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'input', and not the last
      dimension.
    - (C2) 'run' is positive and divides the last dimension of 'input'.

    ```mlir
    %first, %distances, %squares = bn.partial_statistics %x {featureIndex = 1 : i64, run = 28 : i64}
       : (tensor<32x64x56x56xf32>) -> (tensor<32x64x56x2xf32>, tensor<32x64x56x2xf32>, tensor<32x64x56x2xf32>)
    ```
  }];
  let arguments = (ins BN_Tensor:$input, I64Attr:$run, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$first, BN_Tensor:$distances, BN_Tensor:$squares);
  let hasVerifier = 1;
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
}

def BN_MergeStatisticsOp : BN_BatchStatisticsOp<"merge_statistics"> {
  let summary = "bn.statistics of what bn.partial_statistics has read";
  let description = [{
    'meanRest' is optional, as that of `bn.training`.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'first', and not the last
      dimension.
    - (C2) 'run' is positive.
    - (C3) 'distances' and 'squares' have the shape of 'first'.
  }];
  let arguments = (ins BN_Tensor:$first, BN_Tensor:$distances, BN_Tensor:$squares,
                       I64Attr:$run, I64Attr:$featureIndex);
  let results = (outs BN_Vector:$mean, BN_Vector:$variance, Optional<BN_MeanRest>:$meanRest);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $first `,` $distances `,` $squares attr-dict `:` functional-type(operands, results)
  }];
}

def BN_PartialGradientStatisticsOp : BN_InferringOp<"partial_gradient_statistics"> {
  let summary = "Sums of bn.gradient_statistics over runs of elements";
  let description = [{
    For each run of `bn.partial_statistics`, `Σ dy·(x − mean)` and `Σ dy`;
    `bn.merge_gradient_statistics` makes the gradients of scale and offset of
    them.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'outputGradient', and not the last
      dimension.
    - (C2) 'run' is positive and divides the last dimension of 'outputGradient'.
    - (C3) 'input' has the shape of 'outputGradient'.
    - (C4) 'mean' has one element per feature.
  }];
  let arguments = (ins BN_Tensor:$outputGradient, BN_Tensor:$input, BN_Vector:$mean,
                       I64Attr:$run, I64Attr:$featureIndex);
  let results = (outs BN_Tensor:$products, BN_Tensor:$gradients);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $outputGradient `,` $input `,` $mean attr-dict `:` functional-type(operands, results)
  }];
}

def BN_MergeGradientStatisticsOp : BN_InferringOp<"merge_gradient_statistics"> {
  let summary = "bn.gradient_statistics of what bn.partial_gradient_statistics has read";
  let description = [{
    `dScale = Σ products/√(variance + epsilon)`, `dOffset = Σ gradients`. With a
    'meanRest', `products − meanRest·gradients` in the place of 'products'.

    Constraints:
    - (C1) 'featureIndex' is within the rank of 'products', and not the last
      dimension.
    - (C2) 'gradients' has the shape of 'products'.
    - (C3) 'variance' and 'meanRest' have one element per feature.
    - (C4) 'epsilon' is finite and not negative.
  }];
  let arguments = (ins BN_Tensor:$products, BN_Tensor:$gradients, BN_Vector:$variance,
                       Optional<BN_MeanRest>:$meanRest, F64Attr:$epsilon, I64Attr:$featureIndex);
  let results = (outs BN_Vector:$scaleGradient, BN_Vector:$offsetGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $products `,` $gradients `,` $variance (`rest` $meanRest^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // BNOPT_BN_BNPARTIALOPS
