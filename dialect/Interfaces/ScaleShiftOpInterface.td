#ifndef BNOPT_INTERFACES_SCALESHIFTOPINTERFACE
#define BNOPT_INTERFACES_SCALESHIFTOPINTERFACE

include "mlir/IR/OpBase.td"

def ScaleShiftOpInterface : OpInterface<"ScaleShiftOpInterface"> {
  let cppNamespace = "::bnopt";
  let description = [{
    What an operator can do with a per-feature scale and shift,
    `scale[c]·x + shift[c]`, that stands beside it.

    The questions are asked separately for a scale and for a shift, and for the
    two sides of the operator: a scale-shift *below* it is applied to its
    result, one *above* it is applied to one of its operands. An operator
    that refuses states the reason, in the words that the user will read
    in the fold report.

    An operator answers about geometry only; the arithmetic on the weights,
    in f64, is the pass's.
  }];
  let methods = [
    InterfaceMethod<
      /*description=*/[{
        Where a scale-shift below the result goes: the operand that the scale
        multiplies and how its elements map to features, and the operand, if
        present, that holds one bias per feature. `featureIndex` is the
        dimension of the result along which scale and shift vary.
        Fails with `reason` when the operator cannot absorb it exactly.
      }],
      /*retTy=*/"::mlir::FailureOr<::bnopt::ScaleShiftTarget>",
      /*methodName=*/"getScaleShiftTargetBelow",
      /*args=*/(ins "int64_t":$featureIndex, "::std::string &":$reason),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{
        reason = "'" + $_op->getName().getStringRef().str() +
                 "' has no weights that a scale-shift could go into";
        return ::mlir::failure();
      }]>,
    InterfaceMethod<
      /*description=*/[{
        Builds the operator again with `weights` and a `bias` of one element
        per feature in the places named by `getScaleShiftTargetBelow`. All
        other operands and attributes stay.
      }],
      /*retTy=*/"::mlir::Operation *",
      /*methodName=*/"cloneWithWeights",
      /*args=*/(ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$weights,
                    "::mlir::Value":$bias),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{ return nullptr; }]>,
  ];
}

#endif // BNOPT_INTERFACES_SCALESHIFTOPINTERFACE
