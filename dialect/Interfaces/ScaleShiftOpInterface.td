#ifndef BNOPT_INTERFACES_SCALESHIFTOPINTERFACE
#define BNOPT_INTERFACES_SCALESHIFTOPINTERFACE

include "mlir/IR/OpBase.td"

/// The answer of an operator that knows of no scale-shifts.
def ScaleShiftRefusal {
  code body = [{
    reason.clear();
    return ::mlir::failure();
  }];
}

def ScaleShiftOpInterface : OpInterface<"ScaleShiftOpInterface"> {
  let cppNamespace = "::bnopt";
  let description = [{
    What an operator can do with a per-feature scale and shift,
    `scale[c]·x + shift[c]`, that stands beside it: *below* it, applied to its
    result, or *above* it, applied to one of its operands.

    Absorbing ends the scale-shift in the operator's weights; the operator
    answers about geometry only, the arithmetic on weights, in f64, is the
    pass's. Moving puts an equivalent scale-shift on the other side of the
    operator: both questions get the numbers, because some answers depend on
    the sign of the scale or on the shift being zero. To ask about the scale
    alone, pass zero shifts, about the shift alone, scales of one.

    An operator that refuses states the reason, in the words that the user
    will read in the fold report; one that has no weights at all, or lets no
    scale-shift pass whatever its numbers, fails without a reason. Every answer must be exact in real arithmetic
    for all finite data.

    Operators of other dialects join by external models.
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
      /*defaultImplementation=*/
      ScaleShiftRefusal.body>,
    InterfaceMethod<
      /*description=*/[{
        Where a scale-shift of operand `operand`, along its dimension
        `featureIndex`, goes.
        Fails with `reason` when the operator cannot absorb it exactly.
      }],
      /*retTy=*/"::mlir::FailureOr<::bnopt::ScaleShiftTargetAbove>",
      /*methodName=*/"getScaleShiftTargetAbove",
      /*args=*/(ins "unsigned":$operand, "int64_t":$featureIndex,
                    "::std::string &":$reason),
      /*methodBody=*/"",
      /*defaultImplementation=*/
      ScaleShiftRefusal.body>,
    InterfaceMethod<
      /*description=*/[{
        Builds the operator again with `weights` and a `bias` of one element
        per result feature in the places that the targets name; a null bias
        leaves the operator's own. All other operands and attributes stay. Used
        for both sides.
      }],
      /*retTy=*/"::mlir::Operation *",
      /*methodName=*/"cloneWithWeights",
      /*args=*/(ins "::mlir::OpBuilder &":$builder, "::mlir::Value":$weights,
                    "::mlir::Value":$bias),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{ return nullptr; }]>,
    InterfaceMethod<
      /*description=*/[{
        The ways, best first, in which `below`, applied to the result, equals
        scale-shifts of operands. All operands that a way lists must take
        theirs.
        Fails with `reason` when there is none.
      }],
      /*retTy=*/"::mlir::FailureOr<::llvm::SmallVector<::bnopt::ScaleShiftMove>>",
      /*methodName=*/"moveScaleShiftUp",
      /*args=*/(ins "const ::bnopt::ScaleAndShift &":$below,
                    "::std::string &":$reason),
      /*methodBody=*/"",
      /*defaultImplementation=*/
      ScaleShiftRefusal.body>,
    InterfaceMethod<
      /*description=*/[{
        Builds what computes the scaled and shifted result from `operands`,
        the scaled and shifted ones, after `moveScaleShiftUp`.
      }],
      /*retTy=*/"::mlir::Value",
      /*methodName=*/"buildMovedUp",
      /*args=*/(ins "::mlir::OpBuilder &":$builder,
                    "const ::bnopt::ScaleAndShift &":$below,
                    "::mlir::ValueRange":$operands),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return ::bnopt::cloneWithOperands(builder, $_op, operands);
      }]>,
    InterfaceMethod<
      /*description=*/[{
        The scale-shift of the result that equals `above`, applied to operand
        `operand`. `changesOperator` tells whether `buildMovedDown` builds
        another operator.
        Fails with `reason` when there is none.
      }],
      /*retTy=*/"::mlir::FailureOr<::bnopt::ScaleAndShift>",
      /*methodName=*/"moveScaleShiftDown",
      /*args=*/(ins "unsigned":$operand, "const ::bnopt::ScaleAndShift &":$above,
                    "bool &":$changesOperator, "::std::string &":$reason),
      /*methodBody=*/"",
      /*defaultImplementation=*/
      ScaleShiftRefusal.body>,
    InterfaceMethod<
      /*description=*/[{
        Builds what computes the result before its scale-shift from `operands`,
        of which `operand` is the one before its scale-shift, after
        `moveScaleShiftDown`.
      }],
      /*retTy=*/"::mlir::Value",
      /*methodName=*/"buildMovedDown",
      /*args=*/(ins "::mlir::OpBuilder &":$builder, "unsigned":$operand,
                    "const ::bnopt::ScaleAndShift &":$above,
                    "::mlir::ValueRange":$operands),
      /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return ::bnopt::cloneWithOperands(builder, $_op, operands);
      }]>,
  ];
}

#endif // BNOPT_INTERFACES_SCALESHIFTOPINTERFACE
