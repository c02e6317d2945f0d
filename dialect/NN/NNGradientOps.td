//===- NNGradientOps.td - Adjoints of operators with a window -----------===//
//
// Part of NNOps.td, which includes it after the base classes.
//
//===----------------------------------------------------------------------===//

#ifndef BNOPT_NN_NNGRADIENTOPS
#define BNOPT_NN_NNGRADIENTOPS

defvar NN_gradientWindowMethods = NN_windowValueMethods # [{
  /// Number of spatial dimensions.
  int64_t getNumSpatialDims() { return getOutputGradient().getType().getRank() - 2; }
}];

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

class NN_ConvGradientOp<string mnemonic> : NN_Op<mnemonic> {
  let results = (outs NN_ImageTensor:$result);
  let extraClassDeclaration = NN_gradientWindowMethods # [{
    /// Sizes of the window of the convolution.
    ::llvm::SmallVector<int64_t> getKernelShape();
    /// One output and one input channel per group, or a whole multiple out.
    bool isDepthwise();
  }];
  let hasVerifier = 1;
}

def NN_ConvInputGradientOp : NN_ConvGradientOp<"conv_input_gradient"> {
  let summary = "Gradient of a convolution's input";
  let description = [{
    The adjoint of `nn.conv` in 'input'; attributes and shapes are those of the
    convolution, 'outputGradient' has the shape of its result:
    `dx[n,c,q] = Σ dy[n,o,p]·w[o,c−q(o)·I/g,k]` over all `o` of the group of
    channel c and all `p`, `k` with `p·stride + k·dilation − pad = q`.
    Elements that no window reads are 0.

    The result type is given, because convolutions with strides take inputs of
    several sizes to results of one.

    Constraints:
    - (C1) 'weights' and the result have the rank of 'outputGradient'.
    - (C2) 'groups' is positive and divides dimension 0 of 'weights'.
    - (C3) the channels of the result are dimension 1 of 'weights' times 'groups'.
    - (C4) 'strides' and 'dilations' have one positive value per spatial dimension.
    - (C5) 'pads' has two non-negative values per spatial dimension.
    - (C6) a convolution of the result with 'weights' has the shape of 'outputGradient'.

    ```mlir
    %0 = nn.conv_input_gradient %dy, %w strides [2, 2] pads [1, 1, 1, 1]
       : (tensor<1x64x28x28xf32>, tensor<64x32x3x3xf32>) -> tensor<1x32x56x56xf32>
    ```
  }];
  let arguments = (ins NN_ImageTensor:$outputGradient, NN_ImageTensor:$weights,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let assemblyFormat = [{
    $outputGradient `,` $weights (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`groups` $groups^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_ConvWeightGradientOp : NN_ConvGradientOp<"conv_weight_gradient"> {
  let summary = "Gradient of a convolution's weights";
  let description = [{
    The adjoint of `nn.conv` in 'weights'; attributes and shapes are those of
    the convolution, 'outputGradient' has the shape of its result:
    `dw[o,i,k] = Σ_{n,p} dy[n,o,p]·x[n, q(o)·I/g + i, p·stride + k·dilation − pad]`.

    The result type is given, because the window does not follow from the
    shapes of the operands.

    Constraints:
    - (C1) 'outputGradient' and the result have the rank of 'input'.
    - (C2) 'groups' is positive and divides the channels of 'input' and dimension 0 of the result.
    - (C3) dimension 1 of the result is the number of input channels divided by 'groups'.
    - (C4) 'strides' and 'dilations' have one positive value per spatial dimension.
    - (C5) 'pads' has two non-negative values per spatial dimension.
    - (C6) a convolution of 'input' with the result has the shape of 'outputGradient'.

    ```mlir
    %0 = nn.conv_weight_gradient %x, %dy strides [2, 2] pads [1, 1, 1, 1]
       : (tensor<1x32x56x56xf32>, tensor<1x64x28x28xf32>) -> tensor<64x32x3x3xf32>
    ```
  }];
  let arguments = (ins NN_ImageTensor:$input, NN_ImageTensor:$outputGradient,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let assemblyFormat = [{
    $input `,` $outputGradient (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`groups` $groups^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

def NN_MaxPoolGradientOp : NN_InferringOp<"max_pool_gradient"> {
  let summary = "Gradient of a max pool's input";
  let description = [{
    Each element of 'outputGradient' is added to the element of the window that
    has the largest value; of several, to the first in row-major order of the
    window, as PyTorch and ONNX Runtime do. Padding never wins, NaN against NaN
    only. Attributes are those of `nn.max_pool`.

    Constraints:
    - (C1), (C2), (C3) as for `nn.max_pool`.
    - (C4) 'outputGradient' has the shape of the pool of 'input'.

    ```mlir
    %0 = nn.max_pool_gradient %x, %dy window [3, 3] strides [2, 2] pads [1, 1, 1, 1]
       : (tensor<1x64x112x112xf32>, tensor<1x64x56x56xf32>) -> tensor<1x64x112x112xf32>
    ```
  }];
  let arguments = (ins NN_ImageTensor:$input, NN_ImageTensor:$outputGradient,
                       DenseI64ArrayAttr:$kernel_shape,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       UnitAttr:$ceil_mode);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $input `,` $outputGradient `window` $kernel_shape (`strides` $strides^)?
    (`pads` $pads^)? (`dilations` $dilations^)? (`ceil_mode` $ceil_mode^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = NN_gradientWindowMethods;
  let hasVerifier = 1;
}

def NN_AveragePoolGradientOp : NN_Op<"average_pool_gradient"> {
  let summary = "Gradient of an average pool's input";
  let description = [{
    Each element of 'outputGradient', divided by what `nn.average_pool` divides
    by, is added to all elements of its window. Attributes are those of
    `nn.average_pool`. The result type is given, because pools with strides
    take inputs of several sizes to results of one.

    Constraints:
    - (C1), (C2), (C3) as for `nn.average_pool`, of the result.
    - (C4) 'outputGradient' has the shape of the pool of the result.

    ```mlir
    %0 = nn.average_pool_gradient %dy window [2, 2] strides [2, 2]
       : (tensor<1x64x28x28xf32>) -> tensor<1x64x56x56xf32>
    ```
  }];
  let arguments = (ins NN_ImageTensor:$outputGradient,
                       DenseI64ArrayAttr:$kernel_shape,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       UnitAttr:$ceil_mode, UnitAttr:$count_include_pad);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $outputGradient `window` $kernel_shape (`strides` $strides^)?
    (`pads` $pads^)? (`dilations` $dilations^)? (`ceil_mode` $ceil_mode^)?
    (`count_include_pad` $count_include_pad^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = NN_gradientWindowMethods;
  let hasVerifier = 1;
}

#endif // BNOPT_NN_NNGRADIENTOPS
