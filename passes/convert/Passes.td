//===- Passes.td - To and from other dialects ---------------------------===//

#ifndef BNOPT_PASSES_CONVERT_PASSES
#define BNOPT_PASSES_CONVERT_PASSES

include "mlir/Pass/PassBase.td"

def ConvertBNToLinalgPass : Pass<"convert-bn-to-linalg"> {
  let summary = "Lower the bn dialect to loops on tensors";
  let description = [{
    Every operator of the dialect but the gradients of layer, RMS and group norm
    becomes `linalg.generic` and scalar arithmetic, whatever its rank,
    `featureIndex` and element types, sizes known or not:
    - arithmetic is in the widest of the element types, f32 at least, and rounds
      to the result once;
    - a mean is subtracted before anything is multiplied;
    - statistics take two passes, in sums of 'statistics-bits': the mean, then
      the mean of the squared differences from it. Those of no elements are zero.

    ```mlir
    %y = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    // becomes
    %f = linalg.generic … ins(%variance, %scale) …      // scale/√(variance + epsilon)
    %y = linalg.generic … ins(%x, %mean, %f, %offset) … // (x − mean)·f + offset
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"statisticsBits", "statistics-bits", "unsigned", /*default=*/"64",
           "width of sums and of what is computed once per feature, 32 or 64">,
  ];
}

def ConvertStableHLOToBNPass : Pass<"convert-stablehlo-to-bn"> {
  let summary = "Convert StableHLO's batch normalizations to the bn dialect";
  let description = [{
    `stablehlo.batch_norm_inference`, `batch_norm_training` and `batch_norm_grad`,
    in generic form if StableHLO is not there, which needs
    `--allow-unregistered-dialect`, become `bn.inference`, `bn.training` and
    `bn.gradient`. Epsilon keeps its value. Parameters that are
    `stablehlo.constant` become `arith.constant`. An operator with operands,
    attributes or results that it cannot have is an error.

    ```mlir
    %y = "stablehlo.batch_norm_inference"(%x, %scale, %offset, %mean, %variance)
        <{epsilon = 1.0e-05 : f32, feature_index = 1 : i64}> : …
    // becomes
    %y = bn.inference %x, %scale, %offset, %mean, %variance
        {epsilon = 9.9999997473787516E-6 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numConverted", "num-converted", "batch normalizations converted">,
  ];
}

def RaiseLinalgToBNPass : Pass<"raise-linalg-to-bn"> {
  let summary = "Recognize batch normalization in loops on tensors";
  let description = [{
    `(x − mean)·rsqrt(variance + epsilon)·scale + offset` becomes `bn.inference`
    - in one `linalg.generic`, as torch-mlir and IREE write it, or spread over
      several, named ones and broadcasts among them,
    - in the midst of a `linalg.generic` that goes on with it, where it ends in
      the addition of an offset,
    - in any order of factors and terms, the root as a divisor, a reciprocal or a
      power of ±½, scale and offset there or not, or as
      `x·f + (offset − mean·f)`,
    - if the parameters vary along one and the same dimension of x,
    - if epsilon is a constant inside the root,
    - if mean and variance are not computed by a reduction, or from x: those
      are statistics of a batch.

    `x·scale + shift` with constants per feature becomes `bn.scale_shift`.
    Other users of a part keep it. `convert-bn-to-linalg` is the way back.

    ```mlir
    %y = linalg.generic … ins(%x, %scale, %offset, %mean, %variance) … {
    ^bb0(%in: f32, %s: f32, %o: f32, %m: f32, %v: f32, %out: f32):
      %0 = arith.addf %v, %epsilon : f32
      %1 = math.rsqrt %0 : f32
      %2 = arith.subf %in, %m : f32
      %3 = arith.mulf %2, %1 : f32
      %4 = arith.mulf %3, %s : f32
      %5 = arith.addf %4, %o : f32
      linalg.yield %5 : f32
    }
    // becomes
    %y = bn.inference %x, %scale, %offset, %mean, %variance {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numBatchNorms", "num-batch-norms", "batch normalizations recognized">,
    Statistic<"numScaleShifts", "num-scale-shifts", "scale-shifts recognized">,
  ];
}

def RaiseTosaToBNPass : Pass<"raise-tosa-to-bn"> {
  let summary = "Recognize batch normalization among TOSA operators";
  let description = [{
    The expressions of `raise-linalg-to-bn`, under the same conditions, in
    `tosa.sub`, `tosa.add`, `tosa.mul`, `tosa.rsqrt`, `tosa.pow` and
    `tosa.reciprocal` with parameters of the rank of the data: constants, or
    vectors that are reshaped.

    ```mlir
    %0 = tosa.sub %x, %mean : (tensor<1x64x8x8xf32>, tensor<1x64x1x1xf32>) -> tensor<1x64x8x8xf32>
    %1 = tosa.add %variance, %epsilon : …
    %2 = tosa.rsqrt %1 : …
    %3 = tosa.mul %0, %2, %zero : …
    %4 = tosa.mul %3, %scale, %zero : …
    %5 = tosa.add %4, %offset : …
    // becomes
    %5 = bn.inference %x, … {epsilon = 1.0e-05 : f64, featureIndex = 1 : i64} : …
    ```
  }];
  let dependentDialects = ["::bnopt::bn::BNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numBatchNorms", "num-batch-norms", "batch normalizations recognized">,
    Statistic<"numScaleShifts", "num-scale-shifts", "scale-shifts recognized">,
  ];
}

#endif // BNOPT_PASSES_CONVERT_PASSES
