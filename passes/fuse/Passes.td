//===- Passes.td - Operators become kernels -----------------------------===//

#ifndef BNOPT_PASSES_FUSE_PASSES
#define BNOPT_PASSES_FUSE_PASSES

include "mlir/Pass/PassBase.td"

def WidenOperatorsPass : Pass<"bn-widen-operators", "::mlir::func::FuncOp"> {
  let summary = "Compute norms, convolutions and matrix products of narrow data in f32";
  let description = [{
    Layer, group and RMS norm, convolutions, matrix products and gradients of
    these get operands and results of one type: the widest among them, f32 at
    least. Constants are converted. Kernels of all other operators take operands
    of several types.

    ```mlir
    %y = bn.rms_norm %x, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x3xbf16>, tensor<3xf32>) -> tensor<2x3xbf16>
    // becomes
    %0 = nn.cast %x : (tensor<2x3xbf16>) -> tensor<2x3xf32>
    %1 = bn.rms_norm %0, %scale {axis = 1 : i64, epsilon = 5.0e-01 : f64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    %y = nn.cast %1 : (tensor<2x3xf32>) -> tensor<2x3xbf16>
    ```
  }];
  let dependentDialects = ["::bnopt::nn::NNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [
    Statistic<"numWidened", "num-widened", "operators whose types have changed">,
  ];
}

def ExpandNormsPass : Pass<"bn-expand-norms", "::mlir::func::FuncOp"> {
  let summary = "Write layer, group and RMS norms and their gradients as means and elementwise operators";
  let description = [{
    A group norm needs
    - a group of known size, unless each channel is one,
    - as all of them, parameters of the type of the data, or constants (of a
      gradient, not constants).

    Constant scales of one and offsets of zero are left out. Where the shape is
    known, elements are taken relative to the first one of their row, so nothing
    cancels where the mean is large beside the deviation.

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
  let options = [
    Option<"keepKernels", "keep-kernels", "bool", "false",
           "leave norms that code is generated for, and sum the gradients of their parameters in parts">,
  ];
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

    With `fuse-statistics`, the kernel of a convolution without groups whose
    result a `bn.statistics` reads takes `bn.partial_statistics` of it, of runs
    that rows consist of; `bn.merge_statistics` is the kernel that is left. So
    does the gradient of a convolution's input, of stride 1, for a
    `bn.gradient_statistics`.

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
  let options = [
    Option<"fuseStatistics", "fuse-statistics", "bool", "false",
           "take statistics of runs where the data are computed">,
  ];
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

#endif // BNOPT_PASSES_FUSE_PASSES
