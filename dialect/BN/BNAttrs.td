#ifndef BNOPT_BN_BNATTRS
#define BNOPT_BN_BNATTRS

include "dialect/BN/BNDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Parameters that may be refreshed
//===----------------------------------------------------------------------===//

class BN_Attr<string name, string attrMnemonic> : AttrDef<BN_Dialect, name> {
  let mnemonic = attrMnemonic;
  let genVerifyDecl = 1;
}

def BN_ParameterAttr : BN_Attr<"Parameter", "parameter"> {
  let summary = "A parameter of a model that may be refreshed";
  let description = [{
    'name' and 'type' are those of the ONNX initializer. With a 'value' the
    parameter is fixed: the compiler has used its numbers, and a refresh must
    not bring others. Numbers in these attributes are inline: bytecode loses
    resources that are part of another attribute.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::RankedTensorType":$type,
                        OptionalParameter<"::mlir::DenseElementsAttr">:$value);
  let assemblyFormat = "`<` $name `as` $type (`fixed` $value^)? `>`";
}

def BN_AffineKind : I32EnumAttr<"AffineKind", "which affine map of a feature", [
    I32EnumAttrCase<"Normalize", 0, "normalize">,
    I32EnumAttrCase<"ScaleShift", 1, "scale_shift">,
    I32EnumAttrCase<"Multiply", 2, "multiply">,
    I32EnumAttrCase<"Divide", 3, "divide">,
    I32EnumAttrCase<"Add", 4, "add">,
    I32EnumAttrCase<"Subtract", 5, "subtract">,
    I32EnumAttrCase<"SubtractFrom", 6, "subtract_from">]> {
  let cppNamespace = "::bnopt::bn";
  let genSpecializedAttr = 0;
}

def BN_StepAttr : BN_Attr<"Step", "step"> {
  let summary = "An affine map of each feature, in terms of parameters";
  let description = [{
    Of operands p, q, …, one value for all features or one each, each the name
    of a parameter or fixed numbers:

    - `normalize` scale, offset, mean, variance: batch normalization with 'epsilon'
    - `scale_shift` p, q: `p·x + q`
    - `multiply`, `divide`, `add`, `subtract` p: `x·p`, `x/p`, `x + p`, `x − p`
    - `subtract_from` p: `p − x`

    'node' is where it stands in the model.
  }];
  let parameters = (ins EnumParameter<BN_AffineKind>:$kind,
                        ArrayRefParameter<"::mlir::Attribute">:$operands,
                        "::mlir::StringAttr":$node,
                        OptionalParameter<"::mlir::FloatAttr">:$epsilon);
  let assemblyFormat = [{
    `<` $kind `of` ` ` `[` $operands `]` `at` $node (`epsilon` $epsilon^)? `>`
  }];
}

def BN_RecipeRole : I32EnumAttr<"RecipeRole", "which number a recipe makes", [
    I32EnumAttrCase<"Copy", 0, "copy">,
    I32EnumAttrCase<"Weights", 1, "weights">,
    I32EnumAttrCase<"Bias", 2, "bias">,
    I32EnumAttrCase<"Scale", 3, "scale">,
    I32EnumAttrCase<"Shift", 4, "shift">]> {
  let cppNamespace = "::bnopt::bn";
  let genSpecializedAttr = 0;
}

def BN_RecipeAttr : BN_Attr<"Recipe", "recipe"> {
  let summary = "How a constant follows from the parameters of the model";
  let description = [{
    With s and t the scale and shift of 'steps', one after the other, and W the
    'operand', the name of a parameter or fixed numbers:

    - `copy`: W
    - `weights`: s·W, the features of W's elements as 'view' says: groups, outer,
      features per group, inner (`FeatureView`)
    - `bias`: s·W + t for each feature; without an operand t
    - `scale`, `shift`: s, t

    computed in f64 and rounded once. 'packing' says how the elements are
    ordered then; empty: as they are. It is tile, outputs, inputs, taps, and the
    strides of outputs and inputs; taps lie side by side. The result is
    `⌈outputs/tile⌉×taps×inputs×tile`, zero beyond the outputs.
  }];
  let parameters = (ins EnumParameter<BN_RecipeRole>:$role,
                        OptionalParameter<"::mlir::Attribute">:$operand,
                        OptionalArrayRefParameter<"::bnopt::bn::StepAttr">:$steps,
                        OptionalArrayRefParameter<"int64_t">:$view,
                        OptionalArrayRefParameter<"int64_t">:$packing);
  let assemblyFormat = [{
    `<` $role (`of` $operand^)? (`by` ` ` `[` $steps^ `]`)?
    (`view` ` ` `[` $view^ `]`)? (`packing` ` ` `[` $packing^ `]`)? `>`
  }];
}

#endif // BNOPT_BN_BNATTRS
