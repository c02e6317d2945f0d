#ifndef BNOPT_PASSES_PASSES
#define BNOPT_PASSES_PASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// fold
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// train
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// fuse
//===----------------------------------------------------------------------===//

def ExpandNormsPass : Pass<"bn-expand-norms", "::mlir::func::FuncOp"> {
  let summary = "Write layer, group and RMS norms as means and elementwise operators";
  let description = [{
    They have no kernels of their own. A group norm needs
    - a group of known size, unless each channel is one,
    - as all of them, parameters of the type of the data, or constants.

    Constant scales of one and offsets of zero are left out.

    ```mlir
    %y = bn.layer_norm %x, %ones {axis = 2 : i64, epsilon = 5.000000e-01 : f64} : …
    // becomes
    %0 = nn.reduce_mean %x axes [2] keep_dims : …
    %1 = nn.sub %x, %0 : …
    %2 = nn.mul %1, %1 : …
    %3 = nn.reduce_mean %2 axes [2] keep_dims : …
    %4 = nn.add %3, %epsilon : …
    %5 = nn.sqrt %4 : …
    %y = nn.div %1, %5 : …
    ```
  }];
  let dependentDialects = ["::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
}

def ExpandTrainingPass : Pass<"bn-expand-training", "::mlir::func::FuncOp"> {
  let summary = "Write the parts of training as reductions and elementwise operators";
  let description = [{
    They have no kernels of their own: `bn.statistics`, `bn.normalize`,
    `bn.update_running`, `bn.gradient_statistics` and `bn.gradient_input`. They
    need
    - operands of one type,
    - a known number of features,
    - for a `bn.gradient_input`, a known number of elements of each.

    Elements are taken relative to the first one of their feature, so nothing
    cancels where the mean is large beside the deviation.

    ```mlir
    %mean, %variance = bn.statistics %x {featureIndex = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    // becomes
    %first = nn.slice %x offsets [0, 0] sizes [1, 3] steps [1, 1] : …
    %p = nn.reshape %first : (tensor<1x3xf32>) -> tensor<3xf32>
    %0 = nn.sub %x, %p : …
    %s = nn.reduce_mean %0 axes [0] : …
    %1 = nn.sub %x, %p : …
    %2 = nn.sub %1, %s : …
    %3 = nn.mul %2, %2 : …
    %variance = nn.reduce_mean %3 axes [0] : …
    %mean = nn.add %p, %s : …
    ```
  }];
  let dependentDialects = ["::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
}

def FormKernelsPass : Pass<"bn-form-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline groups of operators into kernels";
  let description = [{
    A group is an anchor (convolution, matrix product, pooling, reduction,
    data movement, or nothing) and the chain of elementwise operators after
    it, as long as
    - each value of the chain has one user, the next operator,
    - shapes stay the same, smaller operands broadcast,
    - every other operand is computed before the anchor's group ends.

    Elementwise operators that are left because others read their input, too, go
    into the load of every kernel that reads them: of a convolution without groups or
    a `nn.gemm`, with constant weights, of a reduction, a pool or data
    movement; those that are dear to compute only if each element is read once.

    Concatenations, and reshapes, stay between kernels: they are decided by
    the layout. Splat constants go into the kernel, all others become arguments.

    ```mlir
    %0 = nn.conv %x, %w bias %b : …
    %1 = nn.add %0, %y : …
    %2 = nn.relu %1 : …
    // becomes
    %2 = kernel.launch @conv_add_relu ins(%x, %w, %b, %y : …) -> tensor<…>
    ```
  }];
  let dependentDialects = ["::bnopt::kernel::KernelDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numLaunches", "num-launches", "kernel launches formed">,
  ];
}

def DeduplicateKernelsPass : Pass<"bn-deduplicate-kernels", "::mlir::ModuleOp"> {
  let summary = "Make structurally equal kernels one";
  let description = [{
    Kernels that differ in name and locations only are merged; every launch
    then calls the first of them.
  }];
  let statistics = [
    Statistic<"numMerged", "num-merged", "kernels merged into an equal one">,
  ];
}

//===----------------------------------------------------------------------===//
// lower
//===----------------------------------------------------------------------===//

def AssignLayoutsPass : Pass<"bn-assign-layouts", "::mlir::ModuleOp"> {
  let summary = "Decide where the elements of every tensor lie in memory";
  let description = [{
    Activations of rank 3 and higher become channels-last. Tensors read by
    a padded convolution get a halo of zeros that its window may read. The
    operands of a concatenation along the channels become slices of its
    result. Inputs and outputs of the model keep the model's row-major order;
    where an operator needs another one, a kernel that copies is inserted.
    Kernels are cloned where the same one is used with different layouts.
    Shapes must be static and elements f32, which is all that is compiled.

    The layouts are the `kernel.layout` attributes of the kernels.
  }];
  let dependentDialects = ["::bnopt::kernel::KernelDialect"];
  let statistics = [
    Statistic<"numCopies", "num-copies", "layout copies inserted">,
  ];
}

def ChooseSchedulesPass : Pass<"bn-choose-schedules", "::mlir::ModuleOp"> {
  let summary = "Choose register tiles, and with them the packing of weights";
  let description = [{
    Sets `schedule` on kernels with a convolution or matrix product, and
    `kernel.layout = #kernel.packed<…>` on their weights, by a model of the
    register file.
  }];
  let dependentDialects = ["::bnopt::kernel::KernelDialect"];
  let options = [
    Option<"vectorBytes", "vector-bytes", "unsigned", /*default=*/"32",
           "size of a vector register in bytes">,
    Option<"registers", "registers", "unsigned", /*default=*/"16",
           "number of vector registers">,
  ];
}

def PackWeightsPass : Pass<"bn-pack-weights", "::mlir::ModuleOp"> {
  let summary = "Rewrite constant weights in the order in which kernels read them";
  let description = [{
    A constant passed to an argument with `#kernel.packed` is replaced by one
    of the packed shape. Constants used several times in the same order are
    packed once.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::bnopt::kernel::KernelDialect"];
}

def PlanMemoryPass : Pass<"bn-plan-memory", "::mlir::ModuleOp"> {
  let summary = "Give every tensor a place in one arena";
  let description = [{
    Turns the model function from tensors to memrefs: arguments for inputs,
    outputs and the arena, one `kernel.place` per tensor, one `memref.global`
    per constant, launches that write to their outputs. Places are 64-byte aligned and reused when the lifetimes
    of tensors do not overlap; an elementwise operand of the result's layout
    whose last use is the launch gives its place to the result. Halos are
    zeroed before the first launch that writes the tensor.

    Sets `bn.arena_bytes` and `bn.max_live_bytes` on the function.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::bnopt::kernel::KernelDialect"];
}

//===----------------------------------------------------------------------===//
// convert
//===----------------------------------------------------------------------===//

def ConvertBNToLinalgPass : Pass<"convert-bn-to-linalg"> {
  let summary = "Lower the bn dialect to loops on tensors";
  let description = [{
    Every operator of the dialect becomes `linalg.generic` and scalar
    arithmetic, whatever its rank, `featureIndex` and element types, sizes known
    or not:
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

#endif // BNOPT_PASSES_PASSES
