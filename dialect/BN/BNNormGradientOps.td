#ifndef BNOPT_BN_BNNORMGRADIENTOPS
#define BNOPT_BN_BNNORMGRADIENTOPS

include "dialect/BN/BNBase.td"

//===----------------------------------------------------------------------===//
// Gradients of the relatives
//===----------------------------------------------------------------------===//

def BN_LayerNormGradientOp : BN_InferringOp<"layer_norm_gradient"> {
  let summary = "Gradients of layer norm";
  let description = [{
    With mean m and population variance v of a row (dimensions 'axis' and
    later), `r = 1/√(v + epsilon)`, `x̂ = (x − m)·r`, `g = scale·dy`, and means
    over the row:
    `dx = r·(g − mean(g) − x̂·mean(g·x̂))`,
    `dScale = Σ dy·x̂`, `dOffset = Σ dy`, sums over all rows.

    The statistics are computed again from 'input'. In a row of one element x̂
    and dx are 0; sums over no rows are 0.

    With 'parts', the gradients of the parameters have one more dimension, the
    first: the sums over each of that many parts of the rows, which follow each
    other and are of one size.

    Constraints:
    - (C1) 'axis' is within the rank of 'input'.
    - (C2) 'scale' has the shape of the normalized dimensions.
    - (C3) 'epsilon' is finite and not negative.
    - (C4) 'outputGradient' has the shape of 'input'.
    - (C5) 'parts' is positive and divides the rows.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Tensor:$scale, BN_Tensor:$outputGradient,
                       F64Attr:$epsilon, I64Attr:$axis, OptionalAttr<I64Attr>:$parts);
  let results = (outs BN_Tensor:$inputGradient, BN_Tensor:$scaleGradient,
                      BN_Tensor:$offsetGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $outputGradient attr-dict `:` functional-type(operands, results)
  }];
}

def BN_RMSNormGradientOp : BN_InferringOp<"rms_norm_gradient"> {
  let summary = "Gradients of RMS norm";
  let description = [{
    With `r = 1/√(mean(x²) + epsilon)`, `x̂ = x·r`, `g = scale·dy`, and means
    over a row (dimensions 'axis' and later):
    `dx = r·(g − x̂·mean(g·x̂))`, `dScale = Σ dy·x̂`, a sum over all rows.

    'parts' and constraints (C1) to (C5) are as for `bn.layer_norm_gradient`.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Tensor:$scale, BN_Tensor:$outputGradient,
                       F64Attr:$epsilon, I64Attr:$axis, OptionalAttr<I64Attr>:$parts);
  let results = (outs BN_Tensor:$inputGradient, BN_Tensor:$scaleGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $outputGradient attr-dict `:` functional-type(operands, results)
  }];
}

def BN_GroupNormGradientOp : BN_InferringOp<"group_norm_gradient"> {
  let summary = "Gradients of group norm, and of instance norm";
  let description = [{
    The formulas of `bn.layer_norm_gradient` with a group (C/groups channels and
    all spatial positions of a sample) as the row, and `g = scale[c]·dy`;
    `dScale[c] = Σ dy·x̂` and `dOffset[c] = Σ dy` are sums over all samples and
    spatial positions of channel c. Instance norm is `groups = C`. 'parts' is as
    for `bn.layer_norm_gradient`, of samples.

    Constraints:
    - (C1) 'input' has at least two dimensions.
    - (C2) 'scale' has one element per channel.
    - (C3) 'epsilon' is finite and not negative.
    - (C4) 'groups' is positive and divides the channels.
    - (C5) 'outputGradient' has the shape of 'input'.
    - (C6) 'parts' is positive and divides the samples.
  }];
  let arguments = (ins BN_Tensor:$input, BN_Vector:$scale, BN_Tensor:$outputGradient,
                       I64Attr:$groups, F64Attr:$epsilon, OptionalAttr<I64Attr>:$parts);
  let results = (outs BN_Tensor:$inputGradient, BN_Tensor:$scaleGradient,
                      BN_Tensor:$offsetGradient);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $input `,` $scale `,` $outputGradient attr-dict `:` functional-type(operands, results)
  }];
}

#endif // BNOPT_BN_BNNORMGRADIENTOPS
