//===- Passes.td - Normalizations go into their neighbours --------------===//

#ifndef BNOPT_PASSES_FOLD_PASSES
#define BNOPT_PASSES_FOLD_PASSES

include "mlir/Pass/PassBase.td"

def CanonicalizeModelPass : Pass<"bn-canonicalize-model", "::mlir::func::FuncOp"> {
  let summary = "Rewrite what models spell out into the operators that later phases know";
  let description = [{
    - reshape, transpose, reshape that interleaves groups of channels becomes `nn.channel_shuffle`
    - a reshape of a reshape becomes one
    - a clip without bounds goes
    - zeros around the input of a convolution become its pads
    - a product of two matrices becomes `nn.gemm`; its alpha, beta and bias, where
      constant, become 1, 1 and one element per column, or an addition of what
      varies along the rows

    ```mlir
    %0 = nn.reshape %x : (tensor<1x6x4x4xf32>) -> tensor<1x2x3x4x4xf32>
    %1 = nn.transpose %0 permutation [0, 2, 1, 3, 4] : (tensor<1x2x3x4x4xf32>) -> tensor<1x3x2x4x4xf32>
    %2 = nn.reshape %1 : (tensor<1x3x2x4x4xf32>) -> tensor<1x6x4x4xf32>
    // becomes
    %2 = nn.channel_shuffle %x groups 2 : tensor<1x6x4x4xf32>
    ```
  }];
  let dependentDialects = ["::bnopt::nn::NNDialect", "::bnopt::bn::BNDialect",
                           "::mlir::arith::ArithDialect"];
}

def RaiseNormalizationsPass : Pass<"bn-raise-normalizations", "::mlir::func::FuncOp"> {
  let summary = "Recognize normalizations that are written out in elementary operators";
  let description = [{
    What depends on constants only is computed in f64 and rounded once, where
    it is used. Then
    - two or more additions, subtractions, multiplications and divisions by
      constants in a row, one of them a multiplication or division and one with
      a value per feature, become one `bn.scale_shift`, where each is the only
      user of the one above;
    - a difference from the mean divided by √(variance + epsilon), or times its
      reciprocal, becomes `bn.layer_norm`, `bn.group_norm` or, without the mean,
      `bn.rms_norm`, if mean and variance are of the same value over the same
      trailing dimensions, which they keep; constants that multiply and follow
      become its scale and offset;
    - a norm of N×C×… reshaped to N×G×… becomes a `bn.group_norm`.

    Other users of a mean or variance keep theirs. Statistics over the batch
    stay as they are, with a remark. Epsilon outside of the root is another
    function. Constants with a `bn.recipe`, which may be refreshed, are run-time
    values here: what is written out with them is recognized by no pass, has no
    remark, and cannot be asked to stay.

    ```mlir
    %0 = nn.add %variance, %epsilon : …
    %1 = nn.sqrt %0 : …
    %2 = nn.sub %x, %mean : …
    %3 = nn.div %2, %1 : …
    %4 = nn.mul %3, %scale : …
    %5 = nn.add %4, %offset : …
    // becomes
    %5 = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numStatistics", "num-statistics", "norms with computed statistics recognized">,
    Statistic<"numScaleShifts", "num-scale-shifts", "scale-shifts recognized">,
  ];
}

def KeepNormalizationsPass : Pass<"bn-keep-normalizations", "::mlir::ModuleOp"> {
  let summary = "Mark normalizations that are asked to stay as they are";
  let description = [{
    Those of the given names get the attribute `bn.keep`. No pass folds such a
    normalization, merges it with another one or changes its parameters but for
    `bn-inference-to-scale-shift`, which takes the attribute along. Where there
    are no names, as in IR that was written by hand, LINE:COLUMN is one.

    A name that no normalization has is an error.

    ```mlir
    %y = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} : … loc("norm")
    // becomes with names=norm
    %y = bn.scale_shift %x, %s, %t {bn.keep, featureIndex = 1 : i64} : …
    ```
  }];
  let options = [
    ListOption<"names", "names", "std::string",
               "names of the nodes whose normalizations stay">,
  ];
  let statistics = [
    Statistic<"numMarked", "num-marked", "normalizations marked">,
  ];
}

def InferenceToScaleShiftPass : Pass<"bn-inference-to-scale-shift", "::mlir::func::FuncOp"> {
  let summary = "Turn inference batch normalization into one scale and one shift per feature";
  let description = [{
    `s = scale/√(variance + epsilon)` and `t = offset − mean·s`, in f64, when
    all parameters are constants. A variance + epsilon that is not positive,
    or a parameter that is not finite, is an error, or by 'keep-invalid' a
    warning, and the normalization stays. A scale or shift that overflows the
    type of the data alone may yet be finite in weights; by 'keep-invalid' the
    normalization stays all the same.

    ```mlir
    %y = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %y = bn.scale_shift %x, %s, %t {featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"keepInvalid", "keep-invalid", "bool", /*default=*/"false",
           "leave batch normalizations as they are whose scale and shift are "
           "not finite">,
  ];
  let statistics = [
    Statistic<"numConverted", "num-converted", "batch normalizations converted">,
    Statistic<"numKept", "num-kept", "batch normalizations that stay">,
  ];
}

def FoldParametersPass : Pass<"bn-fold-parameters", "::mlir::func::FuncOp"> {
  let summary = "Fold what holds for any parameters, where these may be refreshed";
  let description = [{
    Constants with a `bn.recipe` depend on parameters that may be refreshed.
    Other passes take them for run-time values. This one
    - makes one of affine maps of features in a row, each the only user of the
      one before: `bn.scale_shift`, or arithmetic with one constant per feature,
    - folds them into the weights of the linear operator above, if it has no
      other user, and takes a bias unless none of them can shift, and if
      'tolerance' is 2⁻²⁴ at least, which rounding to f32 may cost,
    - rounds the parameters of a scale-shift that stays to f32.

    No number decides, and each constant that is made has a recipe. Numbers that
    are not finite are an error.

    ```mlir
    %0 = nn.conv %x, %w : …
    %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : …
    // becomes
    %1 = nn.conv %x, %ws bias %t : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect",
                           "::mlir::arith::ArithDialect"];
  let options = [
    Option<"tolerance", "tolerance", "double", /*default=*/"1e-6",
           "largest rounding error of folded weights, relative to the sum of the "
           "terms of a result">,
  ];
  let statistics = [
    Statistic<"numFolded", "num-folded", "affine maps folded into weights">,
  ];
}

def SplitAffinesPass : Pass<"bn-split-affines", "::mlir::func::FuncOp"> {
  let summary = "Take scale and offset out of layer, group and RMS norms";
  let description = [{
    They become a `bn.scale_shift` below the norm, which the operators that read
    it may absorb, when
    - both are constants, and not one and zero,
    - they vary along one dimension.

    `bn-merge-affines` puts back what nothing has absorbed.

    ```mlir
    %y = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.000000e-01 : f64} : …
    // becomes
    %0 = bn.layer_norm %x, %ones {axis = 1 : i64, epsilon = 5.000000e-01 : f64} : …
    %y = bn.scale_shift %0, %scale, %offset {featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numSplit", "num-split", "norms split">,
  ];
}

def AbsorbScaleShiftsPass : Pass<"bn-absorb-scale-shifts", "::mlir::func::FuncOp"> {
  let summary = "Fold scale-shifts into the weights of the operators around them";
  let description = [{
    A `bn.scale_shift`, or arithmetic with a constant per feature, goes
    - upwards, if its input has no other use and what computes it takes it: a
      linear operator with constant weights, a constant, another scale-shift, or
      an operator that hands it on to its operands, which take it likewise;
    - downwards, if its result is not returned and every user takes it;
    - scale and shift in different directions.

    Operators answer for themselves, through `ScaleShiftOpInterface`. Nothing
    changes unless all of a scale-shift finds a place. Where there are several,
    the best leaves nothing to compute, the next makes another operator of one
    (relu becomes a clamp), the last adds a constant to a result: the shifts that
    padding cuts off at the borders, or that of a product without a bias.

    Numbers are computed in f64 and rounded once; constants are never changed in
    place, so shared weights stay right. Folding that would cost more than
    'tolerance' or overflow is left out. Scale-shifts in a row go together, or
    become one. Each that stays gets a remark with the reason; one that is not
    finite in the type in which it will be computed is an error.

    ```mlir
    %0 = nn.conv %x, %w : …
    %1 = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : …
    // becomes
    %1 = nn.conv %x, %ws bias %t : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::bnopt::nn::NNDialect",
                           "::mlir::arith::ArithDialect"];
  let options = [
    Option<"tolerance", "tolerance", "double", /*default=*/"1e-6",
           "largest rounding error of folded weights, relative to the sum of the "
           "terms of a result">,
    Option<"borderMapLimit", "border-map-limit", "int64_t", /*default=*/"65536",
           "largest constant, in elements, that is added for a shift at the "
           "borders of a padded window">,
    Option<"settle", "settle", "bool", /*default=*/"true",
           "report what stays, and round it to the type of the data: it will "
           "not be looked at again">,
  ];
  let statistics = [
    Statistic<"numFolded", "num-folded", "scale-shifts folded into weights">,
    Statistic<"numMerged", "num-merged", "scale-shifts merged with another">,
    Statistic<"numKept", "num-kept", "scale-shifts that stay">,
  ];
}

def MergeBranchesPass : Pass<"bn-merge-branches", "::mlir::func::FuncOp"> {
  let summary = "Merge parallel convolutions of one input that are added up";
  let description = [{
    Addends become one convolution when
    - each is a convolution with constant weights and bias, an average pool that
      divides by the same number everywhere, or the input itself, any of them
      below a constant scale-shift of the channels or not,
    - one of them is a convolution,
    - their input and their strides are the same,
    - convolution, pool and scale-shift have no other use,
    - one window holds the taps of all, the smaller ones embedded, and reads no
      further than the pads say,
    - it takes no more multiplications than the branches. Branches of different
      numbers of groups become block-diagonal with the greatest common divisor
      of these,
    - rounding the sums costs no more than 'tolerance'.

    The weights are summed in f64, scale-shifts included, and rounded once.

    ```mlir
    %0 = nn.conv %x, %w3 pads [1, 1, 1, 1] : …
    %1 = nn.conv %x, %w1 : …
    %2 = nn.add %0, %1 : …
    %3 = nn.add %2, %x : …
    // becomes
    %3 = nn.conv %x, %w pads [1, 1, 1, 1] : …
    ```
  }];
  let dependentDialects = ["::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"tolerance", "tolerance", "double", /*default=*/"1e-6",
           "largest rounding error of the summed weights, relative to the sum of "
           "the terms of the branches">,
  ];
  let statistics = [
    Statistic<"numMerged", "num-merged", "branches merged into another">,
  ];
}

def MergeAffinesPass : Pass<"bn-merge-affines", "::mlir::func::FuncOp"> {
  let summary = "Put scale-shifts into the scale and offset of the norms above them";
  let description = [{
    A `bn.scale_shift` goes into a layer, group or RMS norm or a `bn.training`
    when
    - the norm's result has no other use,
    - the parameters of both are constants,
    - it varies along a dimension along which those of the norm vary,
    - its shift is zero, if the norm is an RMS norm,
    - the new parameters are finite in their type.

    ```mlir
    %0 = bn.layer_norm %x, %scale, %offset {axis = 1 : i64, epsilon = 5.000000e-01 : f64} : …
    %y = bn.scale_shift %0, %s, %t {featureIndex = 1 : i64} : …
    // becomes
    %y = bn.layer_norm %x, %s_scale, %s_offset_t {axis = 1 : i64, epsilon = 5.000000e-01 : f64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numMerged", "num-merged", "scale-shifts merged into a norm">,
  ];
}

#endif // BNOPT_PASSES_FOLD_PASSES
