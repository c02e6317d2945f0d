#ifndef BNOPT_KERNEL_KERNELOPS
#define BNOPT_KERNEL_KERNELOPS

include "dialect/Kernel/KernelDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class Kernel_Attr<string name, string attrMnemonic> : AttrDef<Kernel_Dialect, name> {
  let mnemonic = attrMnemonic;
  let genVerifyDecl = 1;
}

def Kernel_LayoutAttr : Kernel_Attr<"Layout", "layout"> {
  let summary = "Where the elements of a tensor lie in memory";
  let description = [{
    'strides', in elements, per logical dimension. 'halo' (empty, or two
    values per dimension: low, high) counts the elements around the tensor
    that exist in memory and read as zero.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$strides,
                        OptionalArrayRefParameter<"int64_t">:$halo);
  let assemblyFormat = "`<` `strides` `=` `[` $strides `]` (`,` `halo` `=` `[` $halo^ `]`)? `>`";
  let extraClassDeclaration = [{
    /// Halo elements before and after dimension `dim`.
    int64_t getHaloLow(int64_t dim) const;
    int64_t getHaloHigh(int64_t dim) const;
    bool hasHalo() const;
  }];
}

def Kernel_PackedAttr : Kernel_Attr<"Packed", "packed"> {
  let summary = "Weights in the order in which the inner loop reads them";
  let description = [{
    `O×I/g×K1×…` weights as `⌈O/tile⌉×K1×…×I/g×tile`, row-major, the last tile
    filled with zeros; a matrix `K×N` as `⌈N/tile⌉×K×tile`.

    'transposed' are the weights of 'groups' groups for the gradient of the
    input, whose outputs are the inputs: `⌈I/tile⌉×K1×…×O/g×tile`; and a matrix
    `N×K`. Without it, 'groups' means nothing.

    Weights in 'parts' are the sum of as many tensors of this form, one behind
    the other; with one part, its dimension is absent.
  }];
  let parameters = (ins "int64_t":$tile, DefaultValuedParameter<"bool", "false">:$transposed,
                        DefaultValuedParameter<"int64_t", "1">:$groups,
                        DefaultValuedParameter<"int64_t", "1">:$parts);
  let assemblyFormat = "`<` struct(params) `>`";
  let builders = [AttrBuilder<(ins "int64_t":$tile), [{
    return $_get($_ctxt, tile, /*transposed=*/false, /*groups=*/1, /*parts=*/1);
  }]>];
}

def Kernel_DirectAttr : Kernel_Attr<"Direct", "direct"> {
  let summary = "Register-tiled direct convolution or matrix product";
  let description = [{
    One register tile holds 'channels' output channels of 'pixels' neighbouring
    pixels; of a gradient of weights, as many input channels as 'pixels'.
  }];
  let parameters = (ins "int64_t":$channels, "int64_t":$pixels);
  let assemblyFormat = "`<` `channels` `=` $channels `,` `pixels` `=` $pixels `>`";
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

def Kernel_FuncOp : Op<Kernel_Dialect, "func", [
    FunctionOpInterface, IsolatedFromAbove, Symbol, AutomaticAllocationScope,
    SingleBlockImplicitTerminator<"ReturnOp">]> {
  let summary = "The operators that one generated function computes";
  let description = [{
    The body holds `nn` and `bn` operators on tensors; weights are arguments.
    A body that returns its argument copies it from one layout to another,
    packs it or unpacks it.
    Of several results, the first is the one that most work goes into.

    'schedule' says how it is computed, 'inPlace' that the first result may
    share memory with an operand of an elementwise operator.

    Constraints:
    - (C1) there is at least one result.
    - (C2) a `kernel.layout` has one stride per dimension of its tensor.
    - (C3) the returned values have the types of the results.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       TypeAttrOf<FunctionType>:$function_type,
                       OptionalAttr<DictArrayAttr>:$arg_attrs,
                       OptionalAttr<DictArrayAttr>:$res_attrs,
                       OptionalAttr<AnyAttr>:$schedule,
                       UnitAttr:$inPlace);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::FunctionType":$type)>,
  ];
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The layout of an argument or of a result; null means row-major.
    ::mlir::Attribute getArgLayout(unsigned index);
    ::mlir::Attribute getResultLayout(unsigned index = 0);
  }];
}

def Kernel_ReturnOp : Op<Kernel_Dialect, "return", [
    Pure, HasParent<"FuncOp">, Terminator]> {
  let summary = "Ends a kernel with its results";
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "($operands^ `:` type($operands))? attr-dict";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

def Kernel_LaunchOp : Op<Kernel_Dialect, "launch", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Runs a kernel";
  let description = [{
    On tensors it has 'inputs' and results; once memory is planned it has
    memref 'inputs' and a memref in 'outputs' per result, and no results.

    Constraints:
    - (C1) 'callee' is a `kernel.func`.
    - (C2) it takes as many arguments as the kernel; on tensors, types are equal,
      of results too, but for packed weights, which have the shape they are
      stored in.
    - (C3) it has either the results of the kernel, or as many outputs.

    ```mlir
    %0 = kernel.launch @conv_relu ins(%x, %w, %b : tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>)
        -> tensor<1x64x56x56xf32>
    kernel.launch @conv_relu ins(%x, %w, %b : memref<…>, memref<…>, memref<…>) outs(%y : memref<…>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyShaped>:$inputs,
                       Variadic<AnyMemRef>:$outputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $callee (`ins` `(` $inputs^ `:` type($inputs) `)`)?
    (`outs` `(` $outputs^ `:` type($outputs) `)`)? attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Kernel_PlaceOp : Op<Kernel_Dialect, "place", [Pure]> {
  let summary = "A tensor's place in the arena";
  let description = [{
    'offset' is where element (0, 0, …) lies, in bytes from the start of the
    arena.

    ```mlir
    %x = kernel.place %arena at 4096 : memref<1638400xi8> -> memref<1x64x56x56xf32, strided<[215296, 1, 3712, 64]>>
    ```

    Constraints:
    - (C1) 'offset' lies within the arena.
  }];
  let arguments = (ins MemRefRankOf<[I8], [1]>:$arena, I64Attr:$offset);
  let results = (outs AnyStridedMemRef:$result);
  let assemblyFormat = "$arena `at` $offset attr-dict `:` type($arena) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_ZeroHaloOp : Op<Kernel_Dialect, "zero_halo", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "Writes zeros around a place";
  let description = [{
    'halo' as in `#kernel.layout`: low and high per dimension.

    Constraints:
    - (C1) 'halo' has two non-negative values per dimension.
  }];
  let arguments = (ins AnyStridedMemRef:$target, DenseI64ArrayAttr:$halo);
  let assemblyFormat = "$target `halo` $halo attr-dict `:` type($target)";
  let hasVerifier = 1;
}

#endif // BNOPT_KERNEL_KERNELOPS
