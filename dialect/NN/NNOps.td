#ifndef BNOPT_NN_NNOPS
#define BNOPT_NN_NNOPS

include "dialect/Interfaces/DifferentiableOpInterface.td"
include "dialect/Interfaces/ScaleShiftOpInterface.td"
include "dialect/NN/NNDialect.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Types, attributes, base classes
//===----------------------------------------------------------------------===//

def NN_Tensor : RankedTensorOf<[AnyFloat]>;
/// Batch, channels and at least one spatial dimension.
def NN_ImageTensor : ConfinedType<NN_Tensor,
    [CPred<"::llvm::cast<::mlir::RankedTensorType>($_self).getRank() >= 3">],
    "ranked tensor of floating-point values with at least 3 dimensions">;
def NN_Vector : 1DTensorOf<[AnyFloat]>;

def NN_PadMode : I32EnumAttr<"PadMode", "what a pad reads outside the input", [
    I32EnumAttrCase<"Constant", 0, "constant">,
    I32EnumAttrCase<"Reflect", 1, "reflect">,
    I32EnumAttrCase<"Edge", 2, "edge">]> {
  let cppNamespace = "::bnopt::nn";
}

def NN_ResizeMode : I32EnumAttr<"ResizeMode", "how a resize interpolates", [
    I32EnumAttrCase<"Nearest", 0, "nearest">,
    I32EnumAttrCase<"Linear", 1, "linear">]> {
  let cppNamespace = "::bnopt::nn";
}

/// An operator with an adjoint.
def NN_Differentiable : DeclareOpInterfaceMethods<DifferentiableOpInterface>;

/// A linear operator: scale-shifts of its result and of its data end in its
/// weights.
def NN_AbsorbsScaleShifts : DeclareOpInterfaceMethods<ScaleShiftOpInterface,
    ["getScaleShiftTargetBelow", "getScaleShiftTargetAbove", "cloneWithWeights"]>;
/// Scale-shifts pass, and the operator stays as it is.
def NN_PassesScaleShifts : DeclareOpInterfaceMethods<ScaleShiftOpInterface,
    ["moveScaleShiftUp", "moveScaleShiftDown"]>;
/// Scale-shifts pass, and the operator may become another one.
def NN_ChangesWithScaleShifts : DeclareOpInterfaceMethods<ScaleShiftOpInterface,
    ["moveScaleShiftUp", "buildMovedUp", "moveScaleShiftDown", "buildMovedDown"]>;

class NN_Op<string mnemonic, list<Trait> traits = []>
    : Op<NN_Dialect, mnemonic, !listconcat([Pure], traits)>;

/// An operator whose result type follows from its operands and attributes.
class NN_InferringOp<string mnemonic, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat(traits, [InferTypeOpAdaptorWithIsCompatible])> {
  let extraClassDefinition = [{
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      return ::bnopt::areCompatibleTypes(inferred, actual);
    }
  }];
}

/// One value in, one value of the same type out, each element by itself.
class NN_UnaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : NN_Op<mnemonic, !listconcat(
          [SameOperandsAndResultType, Elementwise, NN_Differentiable], traits)> {
  let summary = formula;
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

/// Two values that broadcast against each other as in NumPy.
class NN_BinaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : NN_InferringOp<mnemonic, !listconcat(
          [SameOperandsAndResultElementType, NN_Differentiable], traits)> {
  let summary = formula;
  let description = [{
    Dimensions are aligned from the last; a dimension of size 1, or a missing
    one, is repeated.

    Constraints:
    - (C1) the shapes of 'lhs' and 'rhs' broadcast.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

defvar NN_windowValueMethods = [{
  /// One value per spatial dimension; absent attributes read as ones.
  ::llvm::SmallVector<int64_t> getStrideValues();
  ::llvm::SmallVector<int64_t> getDilationValues();
  /// All low pads, then all high pads, as in ONNX; absent reads as zeros.
  ::llvm::SmallVector<int64_t> getPadValues();
}];

defvar NN_windowMethods = NN_windowValueMethods # [{
  /// Number of spatial dimensions.
  int64_t getNumSpatialDims() { return getInput().getType().getRank() - 2; }
}];

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

def NN_ConvOp : NN_InferringOp<"conv", [NN_AbsorbsScaleShifts, NN_Differentiable]> {
  let summary = "N-dimensional convolution (cross-correlation) with zero padding";
  let description = [{
    `y[n,o,p] = bias[o] + Σ_{i,k} x[n, q(o)·I/g + i, p·stride + k·dilation − pad]·w[o,i,k]`
    with `q(o) = ⌊o/(O/g)⌋`.

    Shapes: input `N×I×D1×…`, weights `O×I/g×K1×…`, bias `O`,
    result `N×O×E1×…`, `E = ⌊(D + padLow + padHigh − dilation·(K−1) − 1)/stride⌋ + 1`.

    Constraints:
    - (C1) 'weights' has the rank of 'input'.
    - (C2) 'groups' is positive and divides the channels of 'input' and dimension 0 of 'weights'.
    - (C3) dimension 1 of 'weights' is the number of input channels divided by 'groups'.
    - (C4) 'bias' has one element per output channel.
    - (C5) 'strides' and 'dilations' have one positive value per spatial dimension.
    - (C6) 'pads' has two non-negative values per spatial dimension.
    - (C7) the dilated window fits into the padded input.

    ```mlir
    %0 = nn.conv %x, %w bias %b strides [2, 2] pads [1, 1, 1, 1]
       : (tensor<1x3x224x224xf32>, tensor<64x3x3x3xf32>, tensor<64xf32>) -> tensor<1x64x112x112xf32>
    ```
  }];
  let arguments = (ins NN_ImageTensor:$input, NN_ImageTensor:$weights,
                       Optional<NN_Vector>:$bias,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $input `,` $weights (`bias` $bias^)? (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`groups` $groups^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = NN_windowMethods # [{
    /// Sizes of the window, taken from the weights.
    ::llvm::SmallVector<int64_t> getKernelShape();
    /// One output and one input channel per group, or a whole multiple out.
    bool isDepthwise();
  }];
  let hasVerifier = 1;
}

def NN_ConvTransposeOp : NN_InferringOp<"conv_transpose", [NN_AbsorbsScaleShifts, NN_Differentiable]> {
  let summary = "N-dimensional transposed convolution";
  let description = [{
    The adjoint of `nn.conv`: each input element adds its multiple of the
    window to the result.

    Shapes: input `N×I×D1×…`, weights `I×O/g×K1×…`, bias `O`, result `N×O×E1×…`,
    `E = stride·(D−1) + outputPad + dilation·(K−1) + 1 − padLow − padHigh`.

    Constraints:
    - (C1) 'weights' has the rank of 'input'.
    - (C2) 'groups' is positive and divides the channels of 'input'.
    - (C3) dimension 0 of 'weights' is the number of input channels.
    - (C4) 'bias' has one element per output channel.
    - (C5) 'strides' and 'dilations' have one positive value per spatial dimension.
    - (C6) 'pads' has two non-negative values per spatial dimension, 'output_pads' one.
    - (C7) the result has a positive size in each dimension.
  }];
  let arguments = (ins NN_ImageTensor:$input, NN_ImageTensor:$weights,
                       Optional<NN_Vector>:$bias,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       OptionalAttr<DenseI64ArrayAttr>:$output_pads,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $input `,` $weights (`bias` $bias^)? (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`output_pads` $output_pads^)? (`groups` $groups^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = NN_windowMethods # [{
    ::llvm::SmallVector<int64_t> getKernelShape();
    /// One value per spatial dimension; absent reads as zeros.
    ::llvm::SmallVector<int64_t> getOutputPadValues();
  }];
  let hasVerifier = 1;
}

def NN_GemmOp : NN_InferringOp<"gemm", [NN_AbsorbsScaleShifts, NN_Differentiable]> {
  let summary = "Matrix product with optional transposes and bias: αAB + βC";
  let description = [{
    `y = alpha·A'·B' + beta·bias`, where A' is A or, with 'trans_a', its
    transpose. Shapes: A' is `M×K`, B' is `K×N`, the result `M×N`; bias
    broadcasts to it.

    Constraints:
    - (C1) the inner dimensions of A' and B' are equal.
    - (C2) 'bias' broadcasts to the result, in this direction only.
  }];
  let arguments = (ins 2DTensorOf<[AnyFloat]>:$a, 2DTensorOf<[AnyFloat]>:$b,
                       Optional<NN_Tensor>:$bias,
                       DefaultValuedAttr<F64Attr, "1.0">:$alpha,
                       DefaultValuedAttr<F64Attr, "1.0">:$beta,
                       UnitAttr:$trans_a, UnitAttr:$trans_b);
  let results = (outs 2DTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = [{
    $a `,` $b (`bias` $bias^)? (`alpha` $alpha^)? (`beta` $beta^)?
    (`trans_a` $trans_a^)? (`trans_b` $trans_b^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// The operand that holds the weights: A if that alone is a constant.
    unsigned getWeightsOperand();
    /// Whether folding can change the bias; fails with 'reason' if not.
    ::mlir::LogicalResult checkBias(::std::string &reason);
  }];
  let hasVerifier = 1;
}

def NN_MatMulOp : NN_InferringOp<"matmul", [NN_AbsorbsScaleShifts, NN_Differentiable]> {
  let summary = "Matrix product of the last two dimensions, the others broadcast";
  let description = [{
    As NumPy's `matmul` for operands of rank 2 and higher.

    Constraints:
    - (C1) both operands have at least two dimensions.
    - (C2) the last dimension of 'lhs' is the last but one of 'rhs'.
    - (C3) the leading dimensions broadcast.
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    /// The operand that holds the weights: the left one if that alone is a
    /// constant.
    unsigned getWeightsOperand();
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Pooling and reductions
//===----------------------------------------------------------------------===//

class NN_PoolOp<string mnemonic>
    : NN_InferringOp<mnemonic, [NN_PassesScaleShifts, NN_Differentiable]> {
  let results = (outs NN_ImageTensor:$result);
  let extraClassDeclaration = NN_windowMethods;
  let hasVerifier = 1;
}

def NN_MaxPoolOp : NN_PoolOp<"max_pool"> {
  let summary = "Maximum over a sliding window; padding never wins";
  let description = [{
    With 'ceil_mode' the result size is rounded up, windows that would start
    in the high padding left out.

    Constraints:
    - (C1) 'kernel_shape', 'strides' and 'dilations' have one positive value per spatial dimension.
    - (C2) 'pads' has two non-negative values per spatial dimension, each smaller than the dilated window.
    - (C3) the dilated window fits into the padded input.
  }];
  let arguments = (ins NN_ImageTensor:$input, DenseI64ArrayAttr:$kernel_shape,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       UnitAttr:$ceil_mode);
  let assemblyFormat = [{
    $input `window` $kernel_shape (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`ceil_mode` $ceil_mode^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_AveragePoolOp : NN_PoolOp<"average_pool"> {
  let summary = "Mean over a sliding window";
  let description = [{
    Divides by the number of elements of the window inside the input, or with
    'count_include_pad' inside the padded input; elements beyond the high
    padding, which 'ceil_mode' reaches, never count.

    Constraints: (C1), (C2), (C3) as for `nn.max_pool`.
  }];
  let arguments = (ins NN_ImageTensor:$input, DenseI64ArrayAttr:$kernel_shape,
                       OptionalAttr<DenseI64ArrayAttr>:$strides,
                       OptionalAttr<DenseI64ArrayAttr>:$pads,
                       OptionalAttr<DenseI64ArrayAttr>:$dilations,
                       UnitAttr:$ceil_mode, UnitAttr:$count_include_pad);
  let assemblyFormat = [{
    $input `window` $kernel_shape (`strides` $strides^)? (`pads` $pads^)?
    (`dilations` $dilations^)? (`ceil_mode` $ceil_mode^)?
    (`count_include_pad` $count_include_pad^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

class NN_ReduceOp<string mnemonic, string formula>
    : NN_InferringOp<mnemonic, [NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = formula;
  let description = [{
    'axes' are non-negative, sorted and unique. Reduced dimensions stay with
    size 1 if 'keep_dims', else go.

    Constraints:
    - (C1) 'axes' is sorted, unique and within the rank of 'input'.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `axes` $axes (`keep_dims` $keep_dims^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_ReduceMeanOp : NN_ReduceOp<"reduce_mean", "Mean over some dimensions; global average pooling is axes [2, 3]">;
def NN_ReduceSumOp : NN_ReduceOp<"reduce_sum", "Sum over some dimensions">;
def NN_ReduceMaxOp : NN_ReduceOp<"reduce_max", "Maximum over some dimensions; global max pooling is axes [2, 3]">;

def NN_SoftmaxOp : NN_Op<"softmax", [SameOperandsAndResultType, NN_Differentiable]> {
  let summary = "exp(x − max) / Σ exp(x − max) along one dimension";
  let description = [{
    Constraints:
    - (C1) 'axis' is within the rank of 'input'.
  }];
  let arguments = (ins NN_Tensor:$input, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def NN_LocalResponseNormOp : NN_Op<"local_response_norm", [SameOperandsAndResultType, NN_Differentiable]> {
  let summary = "Normalization by the squares of neighbouring channels (AlexNet)";
  let description = [{
    `y[n,c,p] = x[n,c,p] / (bias + alpha/size·Σ_j x[n,j,p]²)^beta`, j from
    `c − ⌊(size−1)/2⌋` to `c + ⌈(size−1)/2⌉` within the channels.

    Constraints:
    - (C1) 'size' is positive.
  }];
  let arguments = (ins NN_ImageTensor:$input, I64Attr:$size, F64Attr:$alpha,
                       F64Attr:$beta, F64Attr:$bias);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise operators
//===----------------------------------------------------------------------===//

def NN_ReluOp : NN_UnaryOp<"relu", "max(x, 0)", [NN_ChangesWithScaleShifts]>;
def NN_SigmoidOp : NN_UnaryOp<"sigmoid", "1 / (1 + exp(−x))">;
def NN_TanhOp : NN_UnaryOp<"tanh", "Hyperbolic tangent">;
def NN_ExpOp : NN_UnaryOp<"exp", "Natural exponential">;
def NN_LogOp : NN_UnaryOp<"log", "Natural logarithm">;
def NN_SqrtOp : NN_UnaryOp<"sqrt", "Square root">;
def NN_AbsOp : NN_UnaryOp<"abs", "Absolute value", [NN_PassesScaleShifts]>;
def NN_NegOp : NN_UnaryOp<"neg", "−x", [NN_PassesScaleShifts]>;
def NN_ReciprocalOp : NN_UnaryOp<"reciprocal", "1 / x">;
def NN_ErfOp : NN_UnaryOp<"erf", "Error function">;
def NN_SoftplusOp : NN_UnaryOp<"softplus", "log(1 + exp(x))">;
def NN_HardSwishOp : NN_UnaryOp<"hard_swish", "x·clip(x/6 + 1/2, 0, 1)">;

def NN_LeakyReluOp : NN_UnaryOp<"leaky_relu", "x for x ≥ 0, else alpha·x",
    [NN_PassesScaleShifts]> {
  let arguments = (ins NN_Tensor:$input, F64Attr:$alpha);
}
def NN_EluOp : NN_UnaryOp<"elu", "x for x ≥ 0, else alpha·(exp(x) − 1)"> {
  let arguments = (ins NN_Tensor:$input, F64Attr:$alpha);
}
def NN_HardSigmoidOp : NN_UnaryOp<"hard_sigmoid", "clip(alpha·x + beta, 0, 1)"> {
  let arguments = (ins NN_Tensor:$input, F64Attr:$alpha, F64Attr:$beta);
}
def NN_ClipOp : NN_UnaryOp<"clip", "min(max(x, min), max); a min of −∞ and a max of +∞ do not bind",
    [NN_ChangesWithScaleShifts]> {
  let arguments = (ins NN_Tensor:$input, F64Attr:$min, F64Attr:$max);
  let assemblyFormat = "$input `to` ` ` `[` $min `,` $max `]` attr-dict `:` type($input)";
}

def NN_CastOp : NN_Op<"cast", [
    SameOperandsAndResultShape, Elementwise, NN_Differentiable]> {
  let summary = "The same numbers in another type, rounded to the nearest, ties to even";
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDeclaration = [{
    /// Whether the type of the result holds every number of that of the input.
    bool isExact();
  }];
  let hasFolder = 1;
}

def NN_AddOp : NN_BinaryOp<"add", "x + y", [Commutative, NN_PassesScaleShifts]>;
def NN_SubOp : NN_BinaryOp<"sub", "x − y", [NN_PassesScaleShifts]>;
def NN_MulOp : NN_BinaryOp<"mul", "x · y", [Commutative, NN_PassesScaleShifts]>;
def NN_DivOp : NN_BinaryOp<"div", "x / y", [NN_PassesScaleShifts]>;
def NN_PowOp : NN_BinaryOp<"pow", "x to the power of y">;
def NN_MinOp : NN_BinaryOp<"min", "The smaller of x and y", [Commutative, NN_ChangesWithScaleShifts]>;
def NN_MaxOp : NN_BinaryOp<"max", "The larger of x and y", [Commutative, NN_ChangesWithScaleShifts]>;
def NN_PReluOp : NN_BinaryOp<"prelu", "x for x ≥ 0, else slope·x; 'rhs' is the slope", [NN_PassesScaleShifts]>;

def NN_GateOp : NN_Op<"gate", [SameOperandsAndResultType, Elementwise, NN_Differentiable]> {
  let summary = "gradient where lowest < value < highest, else slope·gradient";
  let description = [{
    The adjoint of what is the identity between two bounds and a straight line
    outside: relu, leaky relu, clip. A 'lowest' of −∞ and a 'highest' of +∞ do
    not bind; a value that is not a number lies outside.

    Constraints:
    - (C1) 'lowest' and 'highest' are numbers.
    - (C2) 'slope' is finite.

    ```mlir
    // Of a relu that computed %y.
    %dx = nn.gate %dy, %y between [0.0, 0x7FF0000000000000] : tensor<1x64x56x56xf32>
    ```
  }];
  let arguments = (ins NN_Tensor:$gradient, NN_Tensor:$value, F64Attr:$lowest,
                       F64Attr:$highest, DefaultValuedAttr<F64Attr, "0.0">:$slope);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $gradient `,` $value `between` ` ` `[` $lowest `,` $highest `]` (`slope` $slope^)?
    attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

def NN_ConcatOp : NN_InferringOp<"concat", [NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "Joins tensors along one dimension";
  let description = [{
    Constraints:
    - (C1) there is at least one input.
    - (C2) 'axis' is within the rank of the inputs.
    - (C3) all inputs have the same element type, rank and, but for 'axis', sizes.
  }];
  let arguments = (ins Variadic<NN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_SliceOp : NN_InferringOp<"slice", [NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "A regular part of a tensor";
  let description = [{
    Dimension d of the result reads `offsets[d] + i·steps[d]` for `i < sizes[d]`.

    Constraints:
    - (C1) 'offsets', 'sizes' and 'steps' have one value per dimension of 'input'.
    - (C2) every element read lies within 'input'; steps are not zero.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `offsets` $offsets `sizes` $sizes `steps` $steps attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_PadOp : NN_InferringOp<"pad", [NN_ChangesWithScaleShifts, NN_Differentiable]> {
  let summary = "A tensor with margins";
  let description = [{
    'pads' holds all low margins, then all high ones, as in ONNX.

    Constraints:
    - (C1) 'pads' has two non-negative values per dimension.
    - (C2) in mode 'reflect' margins are smaller than the dimension.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<F64Attr, "0.0">:$value,
                       DefaultValuedAttr<NN_PadMode, "PadMode::Constant">:$mode);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = [{
    $input `pads` $pads (`mode` $mode^)? (`value` $value^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_ReshapeOp : NN_Op<"reshape", [SameOperandsAndResultElementType, NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "The same elements in row-major order under another shape";
  let description = [{
    Constraints:
    - (C1) input and result have the same number of elements, as far as it is known.
  }];
  let arguments = (ins NN_Tensor:$input);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_TransposeOp : NN_InferringOp<"transpose", [NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "Permuted dimensions: result dimension d is input dimension permutation[d]";
  let description = [{
    Constraints:
    - (C1) 'permutation' is a permutation of the dimensions of 'input'.
  }];
  let arguments = (ins NN_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$input `permutation` $permutation attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def NN_ChannelShuffleOp : NN_Op<"channel_shuffle", [SameOperandsAndResultType, NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "Interleaves groups of channels (ShuffleNet)";
  let description = [{
    `y[n, c, …] = x[n, (c mod groups)·(C/groups) + ⌊c/groups⌋, …]`: the
    channels as a `groups×C/groups` matrix, transposed. What
    reshape–transpose–reshape is written for in models.

    Constraints:
    - (C1) 'groups' is positive and divides the channels.
  }];
  let arguments = (ins NN_ImageTensor:$input, I64Attr:$groups);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = "$input `groups` $groups attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def NN_DepthToSpaceOp : NN_InferringOp<"depth_to_space", [NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "Moves channels into blocks of pixels (pixel shuffle)";
  let description = [{
    Channel `b·C' + c` (or, 'column_row_depth', `c·r² + b`) of a pixel becomes
    channel c at position b of an r×r block.

    Constraints:
    - (C1) 'input' has two spatial dimensions.
    - (C2) 'block_size' is positive and its square divides the channels.
  }];
  let arguments = (ins NN_ImageTensor:$input, I64Attr:$block_size, UnitAttr:$column_row_depth);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $input `block` $block_size (`column_row_depth` $column_row_depth^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def NN_ResizeOp : NN_Op<"resize", [SameOperandsAndResultElementType, NN_PassesScaleShifts, NN_Differentiable]> {
  let summary = "Spatial resampling with half-pixel or asymmetric coordinates";
  let description = [{
    Result pixel p reads input coordinate `(p + 1/2)·D/E − 1/2`, or with
    'asymmetric' `p·D/E`, clamped to the input; 'nearest' rounds it half down
    (asymmetric: floors it), 'linear' interpolates in each dimension.

    Constraints:
    - (C1) input and result agree in rank and in dimensions 0 and 1.
  }];
  let arguments = (ins NN_ImageTensor:$input, NN_ResizeMode:$mode, UnitAttr:$asymmetric);
  let results = (outs NN_ImageTensor:$result);
  let assemblyFormat = [{
    $input $mode (`asymmetric` $asymmetric^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

include "dialect/NN/NNGradientOps.td"

#endif // BNOPT_NN_NNOPS
